// The door of the formatter; what it gives is read again before anyone may rely on it.
#include "compiler/syntax/format.h"

#include <algorithm>

#include "compiler/syntax/format_parts.h"
#include "runtime/value/check.h"

namespace endcap {

namespace syntax::layout {

namespace {

std::vector<std::string_view> comments_of(const Script& script) {
  std::vector<std::string_view> result;
  const auto take = [&](const std::vector<Comment>& comments) {
    for (const Comment& comment : comments) result.push_back(comment.text);
  };
  for (const Word& word : script.words) take(word.comments);
  take(script.last_comments);
  return result;
}

// The meaning of a text is its tokens and the declarations they are cut into; for people, its comments too.
bool same_meaning(const Script& one, const Script& other) {
  const auto same = [](const Word& a, const Word& b) {
    return a.text == b.text && a.type == b.type && a.rule == b.rule && a.begins == b.begins;
  };
  return std::ranges::equal(one.words, other.words, same) && comments_of(one) == comments_of(other);
}

// To people a carriage return alone ends a line, to the lexer it is a blank: rather than guess, refuse.
bool refuse_lone_carriage_return(std::string_view text, SourceId source, Diagnostics& diagnostics) {
  for (size_t at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1)) {
    if (text.substr(at + 1).starts_with('\n')) continue;
    const auto begin = static_cast<uint32_t>(at);
    diagnostics.emit(DiagnosticKind::UnknownCharacter, {source, begin, begin + 1}, {"\\r"})
        .note("Lines end with a line feed, alone or behind a carriage return.");
    return true;
  }
  return false;
}

}  // namespace

}  // namespace syntax::layout

std::optional<std::string> format(const SourceMap& sources, SourceId source, Diagnostics& diagnostics) {
  namespace layout = syntax::layout;
  const std::string& original = sources.file(source).text;
  if (layout::refuse_lone_carriage_return(original, source, diagnostics)) return std::nullopt;
  const auto script = layout::read_script(sources, source, diagnostics);
  if (!script) return std::nullopt;
  const auto lines = layout::lay_out(*script);
  std::string text = layout::print(script->words, lines, layout::align(script->words, lines));

  SourceMap again;
  Diagnostics none;
  const auto formatted = layout::read_script(again, again.add(sources.file(source).path, text), none);
  CHECK(formatted && layout::same_meaning(*script, *formatted));
  return text;
}

}  // namespace endcap
