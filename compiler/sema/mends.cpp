// Places in the text where something is put in or taken out: see mends.h.
#include "compiler/sema/mends.h"

#include <algorithm>
#include <cctype>

namespace endcap::sema {
namespace {

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

bool begins_comment(const std::string& text, size_t at) {
  return text.compare(at, 2, "--") == 0 && (at + 2 >= text.size() || is_blank(text[at + 2]));
}

// Where the comment begins that the character at `at` belongs to; npos when it belongs to none.
size_t comment_around(const std::string& text, size_t at) {
  const size_t line_end = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
  char quote = '\0';
  for (size_t i = line_end == std::string::npos ? 0 : line_end + 1; i < at; ++i) {
    if (quote != '\0') {
      if (text[i] == '\\' && quote == '"')
        ++i;
      else if (text[i] == quote)
        quote = '\0';
    } else if (text[i] == '"' || text[i] == '`') {
      quote = text[i];
    } else if (begins_comment(text, i)) {
      return i;
    }
  }
  return std::string::npos;
}

// Offset of the last character before `at` that is neither blank nor of a comment; npos when there is none.
size_t before(const std::string& text, size_t at) {
  while (at > 0) {
    const size_t comment = comment_around(text, at - 1);
    if (comment == std::string::npos && !is_blank(text[at - 1])) return at - 1;
    at = comment == std::string::npos ? at - 1 : comment;
  }
  return std::string::npos;
}

// The same for the first one from `at` on; the length of the text when there is none.
size_t behind(const std::string& text, size_t at) {
  while (at < text.size()) {
    if (begins_comment(text, at))
      at = std::min(text.find('\n', at), text.size());
    else if (is_blank(text[at]))
      ++at;
    else
      break;
  }
  return at;
}

// What is left of blanks and comments that something is taken out with: the comments, as they stand there.
std::string comments_in(const std::string& text, size_t begin, size_t end) {
  const std::string between = text.substr(begin, end - begin);
  return std::ranges::all_of(between, is_blank) ? "" : between;
}

const std::string& text_of(const Context& context, Span span) {
  return context.sources.file(span.source).text;
}

Span between(Span in, size_t begin, size_t end) {
  return {in.source, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

}  // namespace

std::optional<Fix> add_use(const Context& context, uint32_t module, const std::string& what) {
  const ast::Module& tree = *context.modules[module].tree;
  if (!tree.name || tree.name->parts.empty()) return std::nullopt;
  Span last = tree.name->span;
  std::string line = "\nuse " + what;
  for (const ast::Decl& declaration : tree.declarations) {
    if (std::holds_alternative<ast::UseDecl>(declaration.node)) last = declaration.span;
  }
  if (last == tree.name->span) line.insert(0, "\n");
  const std::string& text = text_of(context, last);
  const size_t at = std::min(text.find('\n', last.end), text.size());
  return Fix{between(last, at, at), line, "write `use " + what + "`", true};
}

bool offer_use(const Context& context, uint32_t module, const std::string& name,
               std::initializer_list<SymbolKind> kinds, Diagnostic& diagnostic) {
  std::vector<std::string> modules;
  for (size_t i = 0; i < context.modules.size(); ++i) {
    const ModuleInfo& other = context.modules[i];
    const auto found = other.symbols.find(name);
    if (i == module || found == other.symbols.end() || other.name.empty()) continue;
    if (std::ranges::find(kinds, found->second.kind) != kinds.end()) modules.push_back(other.name);
  }
  if (modules.empty()) return false;
  diagnostic.note("module " + modules.front() + " declares it: write `use " + modules.front() + "`");
  if (modules.size() > 1) return false;
  suggest_if(diagnostic, add_use(context, module, modules.front()));
  return diagnostic.fix.has_value();
}

std::optional<Fix> take_out(const Context& context, Span element, std::string title) {
  const std::string& text = text_of(context, element);
  const size_t left = before(text, element.begin);
  if (left != std::string::npos && text[left] == ',')
    return Fix{between(element, left, element.end), comments_in(text, left + 1, element.begin),
               std::move(title), true};
  const size_t comma = behind(text, element.end);
  if (comma >= text.size() || text[comma] != ',') return std::nullopt;
  size_t right = comma + 1;
  while (right < text.size() && is_blank(text[right])) ++right;
  return Fix{between(element, element.begin, right), comments_in(text, element.end, comma), std::move(title),
             true};
}

std::optional<Fix> take_out_line(const Context& context, Span part, std::string title) {
  const std::string& text = text_of(context, part);
  const size_t end = std::min(text.find('\n', part.end), text.size());
  const size_t line = text.rfind('\n', part.begin);
  if (line == std::string::npos ||
      !std::all_of(text.begin() + part.end, text.begin() + static_cast<ptrdiff_t>(end), is_blank) ||
      !std::all_of(text.begin() + static_cast<ptrdiff_t>(line), text.begin() + part.begin, is_blank))
    return std::nullopt;
  return Fix{between(part, line, end), "", std::move(title), true};
}

std::optional<Fix> take_out_with(const Context& context, std::string_view words, Span part,
                                 std::string title) {
  const std::string& text = text_of(context, part);
  const size_t last = before(text, part.begin);
  if (last == std::string::npos || last + 1 < words.size() || last + 1 == part.begin) return std::nullopt;
  const size_t first = last + 1 - words.size();
  if (text.compare(first, words.size(), words) != 0) return std::nullopt;
  const size_t kept = before(text, first);
  if (kept == std::string::npos || kept + 1 == first) return std::nullopt;
  return Fix{between(part, kept + 1, part.end), "", std::move(title), true};
}

void tell_calendar_missing(Context& context, uint32_t module, Span span) {
  auto& diagnostic = context.emit(DiagnosticKind::CalendarMissing, span, {context.modules[module].name})
                         .note("write `use calendar NAME` at the top; calendars stand in endcap.toml");
  const auto& calendars = context.project.calendars;
  if (calendars.size() == 1)
    suggest_if(diagnostic, add_use(context, module, "calendar " + calendars.front().name));
}

void suggest_if(Diagnostic& diagnostic, std::optional<Fix> fix) {
  if (fix) diagnostic.suggest(std::move(*fix));
}

}  // namespace endcap::sema
