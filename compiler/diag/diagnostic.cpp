// The table of diagnostics as data, messages with their arguments, and the order in which they are read.
#include "compiler/diag/diagnostic.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <tuple>

#include "compiler/diag/explanations.h"

namespace endcap {

namespace {

// "EC0301" for 301, as characters that live as long as the program.
template <unsigned number>
constexpr std::string_view code_text() {
  static constexpr std::array<char, 6> kText{'E',
                                             'C',
                                             static_cast<char>('0' + number / 1000 % 10),
                                             static_cast<char>('0' + number / 100 % 10),
                                             static_cast<char>('0' + number / 10 % 10),
                                             static_cast<char>('0' + number % 10)};
  return {kText.data(), kText.size()};
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

const std::vector<DiagnosticInfo>& all_diagnostics() {
  static const std::vector<DiagnosticInfo> kTable{
#define DIAGNOSTIC(name, number, severity, message) \
  {DiagnosticKind::name, #name, code_text<number>(), Severity::severity, message},
#include "compiler/diag/catalogue.def"
#undef DIAGNOSTIC
  };
  return kTable;
}

const DiagnosticInfo& info(DiagnosticKind kind) { return all_diagnostics().at(static_cast<size_t>(kind)); }

const DiagnosticInfo* find_diagnostic(std::string_view code) {
  for (const auto& entry : all_diagnostics()) {
    if (same_ignoring_case(entry.code, code)) return &entry;
  }
  return nullptr;
}

std::string_view explanation(DiagnosticKind kind) { return explanation_text(info(kind).code); }

std::string message(const Diagnostic& d) {
  fmt::dynamic_format_arg_store<fmt::format_context> arguments;
  for (const auto& argument : d.arguments) arguments.push_back(argument);
  try {
    return fmt::vformat(info(d.kind).message, arguments);
  } catch (const fmt::format_error&) {
    // Fewer arguments than the table's message names: the sentence still helps, with gaps.
    std::string gaps(info(d.kind).message);
    for (const auto& argument : d.arguments) gaps += " `" + argument + "`";
    return gaps;
  }
}

Diagnostic& Diagnostics::emit(DiagnosticKind kind, Span span, std::vector<std::string> arguments) {
  if (info(kind).severity == Severity::Error) ++error_count_;
  items_.push_back({.kind = kind, .span = span, .arguments = std::move(arguments)});
  return items_.back();
}

void Diagnostics::forget_beyond(size_t count) {
  while (items_.size() > count) {
    if (info(items_.back().kind).severity == Severity::Error) --error_count_;
    items_.pop_back();
  }
}

void Diagnostics::forget_if(const std::function<bool(const Diagnostic&)>& forget) {
  std::erase_if(items_, [&](const Diagnostic& item) {
    if (!forget(item)) return false;
    if (info(item.kind).severity == Severity::Error) --error_count_;
    return true;
  });
}

void Diagnostics::label_beyond(size_t count, Span at, const std::string& text) {
  for (size_t i = count; i < items_.size(); ++i) items_[i].label(at, text);
}

std::vector<Diagnostic> Diagnostics::sorted(const SourceMap& sources) const {
  const auto place = [&](const Diagnostic& d) {
    const bool in_file = d.span.valid();
    return std::tuple(in_file,
                      in_file ? std::string_view(sources.file(d.span.source).path) : std::string_view(),
                      d.span.begin, d.span.end);
  };
  std::vector<Diagnostic> result = items_;
  std::ranges::stable_sort(result,
                           [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
  return result;
}

}  // namespace endcap
