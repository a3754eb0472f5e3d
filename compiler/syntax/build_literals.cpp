// Literals: numbers, amounts, quantities, durations, dates, times and text.
#include <charconv>

#include "compiler/base/units.h"
#include "compiler/syntax/build.h"

namespace endcap::syntax {

using ast::ExprPtr;

namespace {

unsigned digits(std::string_view text) {
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_date(std::string_view text) {  // YYYY-MM-DD, by the lexer
  constexpr unsigned kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const unsigned year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)),
                 day = digits(text.substr(8, 2));
  if (year == 0 || month < 1 || month > 12) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day >= 1 && day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool is_time(std::string_view text) {  // HH:MM
  return text.size() == 5 && digits(text.substr(0, 2)) < 24 && digits(text.substr(3, 2)) < 60;
}

// What `\n` and its like stand for; empty: no escape.
std::string unescaped(char escaped) {
  switch (escaped) {
    case 'n':
      return "\n";
    case 't':
      return "\t";
    case '"':
      return "\"";
    case '\\':
      return "\\";
    default:
      return {};
  }
}

}  // namespace

std::string Builder::text_value(antlr4::tree::TerminalNode* node) {
  const std::string written = text(node);
  std::string value;
  for (size_t i = 1; i + 1 < written.size(); ++i) {
    if (written[i] != '\\') {
      value += written[i];
      continue;
    }
    const std::string plain = unescaped(written[++i]);
    if (plain.empty()) {
      const auto at = static_cast<uint32_t>(span(node).begin + i);
      diagnostics_
          .emit(DiagnosticKind::BadLiteral, {source_, at - 1, at + 1}, {written.substr(i - 1, 2), "escape"})
          .note("The escapes are \\n, \\t, \\\" and \\\\.");
    }
    value += plain;
  }
  return value;
}

ExprPtr Builder::quantity(Span at, std::string number, antlr4::tree::TerminalNode* unit) {
  const std::string word = text(unit);
  if (const auto duration = duration_unit(word)) {
    return make_expression(at, ast::DurationLit{std::move(number), std::string(*duration), false});
  }
  if (is_quantity_unit(word)) return make_expression(at, ast::QuantityLit{word, std::move(number)});
  auto& diagnostic = diagnostics_.emit(DiagnosticKind::UnknownUnit, span(unit), {word});
  std::vector<std::string> known = quantity_units();
  for (auto& each : duration_words()) known.push_back(std::move(each));
  if (const auto meant = did_you_mean(word, known))
    diagnostic.suggest({span(unit), *meant, "write `" + *meant + "`", false});
  return make_expression(at, ast::ErrorExpr{});
}

ExprPtr Builder::business_duration(Span at, std::string number, antlr4::tree::TerminalNode* unit) {
  const std::string word = text(unit);
  if (const auto duration = duration_unit(word); duration == "hour" || duration == "day") {
    return make_expression(at, ast::DurationLit{std::move(number), std::string(*duration), true});
  }
  diagnostics_.emit(DiagnosticKind::UnknownUnit, span(unit), {word})
      .note("Business time is counted in `business hours` and `business days`.");
  return make_expression(at, ast::ErrorExpr{});
}

ExprPtr Builder::literal(Parser::PrimaryContext* tree) {
  const Span at = span(tree);
  if (auto* value = dynamic_cast<Parser::QuantityLiteralContext*>(tree)) {
    return quantity(at, number_text(value->NUMBER()), value->UNIT());
  }
  if (auto* value = dynamic_cast<Parser::BusinessLiteralContext*>(tree)) {
    return business_duration(at, number_text(value->NUMBER()), value->UNIT());
  }
  if (auto* value = dynamic_cast<Parser::MoneyLiteralContext*>(tree)) {
    const std::string code = text(value->CURRENCY());
    if (currency_minor_units(code))
      return make_expression(at, ast::MoneyLit{code, number_text(value->NUMBER())});
    const Span where = span(value->CURRENCY());
    auto& diagnostic = diagnostics_.emit(DiagnosticKind::UnknownCurrency, where, {code});
    if (const auto meant = did_you_mean(code, currency_codes())) {
      diagnostic.suggest({where, *meant, "write `" + *meant + "`", false});
    }
    return make_expression(at, ast::ErrorExpr{});
  }
  if (auto* value = dynamic_cast<Parser::PercentLiteralContext*>(tree)) {
    return make_expression(at, ast::PercentLit{number_text(value->PERCENT())});
  }
  if (auto* value = dynamic_cast<Parser::NumberLiteralContext*>(tree)) {
    return make_expression(at, ast::NumberLit{number_text(value->NUMBER())});
  }
  if (auto* value = dynamic_cast<Parser::DateLiteralContext*>(tree)) {
    const std::string date = text(value->DATE());
    if (!is_date(date)) diagnostics_.emit(DiagnosticKind::BadLiteral, at, {date, "date"});
    return make_expression(at, ast::DateLit{date});
  }
  if (auto* value = dynamic_cast<Parser::TimeLiteralContext*>(tree)) {
    const std::string time = text(value->TIME());
    if (!is_time(time))
      diagnostics_.emit(DiagnosticKind::BadLiteral, at, {time, "time of day from 00:00 to 23:59"});
    return make_expression(at, ast::TimeLit{time});
  }
  if (auto* value = dynamic_cast<Parser::TextLiteralContext*>(tree)) {
    return make_expression(at, ast::TextLit{text_value(value->TEXT())});
  }
  if (auto* value = dynamic_cast<Parser::BoolLiteralContext*>(tree)) {
    return make_expression(at, ast::BoolLit{value->YES() != nullptr});
  }
  if (dynamic_cast<Parser::AbsentLiteralContext*>(tree) != nullptr)
    return make_expression(at, ast::AbsentLit{});
  return nullptr;
}

}  // namespace endcap::syntax
