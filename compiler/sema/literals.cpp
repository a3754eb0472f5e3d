// Literals take the type that is expected where it can hold them exactly, else the one they show.
#include <fmt/format.h>

#include "compiler/base/units.h"
#include "compiler/sema/expressions.h"
#include "runtime/value/calendar.h"
#include "runtime/value/decimal.h"
#include "runtime/value/time.h"

namespace endcap::sema {
namespace {

uint8_t places(std::string_view text) {
  const size_t point = text.find('.');
  return point == std::string_view::npos
             ? 0
             : static_cast<uint8_t>(std::min<size_t>(text.size() - point - 1, 255));
}

std::string_view without_trailing_zeros(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return text;
  const size_t last = text.find_last_not_of('0');
  return text.substr(0, text[last] == '.' ? last : last + 1);
}

size_t code_points(std::string_view text) {
  size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

abi::Cell cell(Int128 bits) { return {bits}; }

// Whether the number is written with more digits than the type keeps before the point.
bool too_many_digits(std::string_view text, const abi::Type& type) {
  const auto units = decimal_from_text(text, type.scale);
  return units && !fits_precision(*units, type);
}

}  // namespace

bool is_literal(const ast::Expr& tree) {
  return std::holds_alternative<ast::NumberLit>(tree.node) ||
         std::holds_alternative<ast::PercentLit>(tree.node) ||
         std::holds_alternative<ast::TextLit>(tree.node) ||
         std::holds_alternative<ast::AbsentLit>(tree.node) ||
         std::holds_alternative<ast::ListExpr>(tree.node);
}

ExprPtr Expressions::amount(const Tree& tree, std::string_view text, TypeId type) {
  const abi::Type& t = context_.types[type];
  const auto units = decimal_from_text(text, t.scale);
  if (units) return make_expr(tree.span, type, Literal{cell(*units)});
  if (units.error().kind == FaultKind::LossOfPrecision) {
    context_.emit(
        DiagnosticKind::ScaleLost, tree.span,
        {"this number", std::to_string(places(text)), context_.type_name(type), std::to_string(t.scale)});
  } else {
    context_.emit(DiagnosticKind::NumberTooLarge, tree.span, {context_.type_name(type)});
  }
  return invalid(tree.span);
}

ExprPtr Expressions::of(const Tree& tree, const ast::NumberLit& node, TypeId hint) {
  if (context_.types.is(hint, Kind::Decimal) && !too_many_digits(node.text, context_.types[hint]))
    return amount(tree, node.text, hint);
  if (places(node.text) == 0) return amount(tree, node.text, context_.types.int_type());
  if (places(node.text) > kScaleMax) {
    context_.emit(DiagnosticKind::NumberTooLarge, tree.span, {"a number"});
    return invalid(tree.span);
  }
  return amount(tree, node.text, context_.types.decimal(places(node.text)));
}

ExprPtr Expressions::of(const Tree& tree, const ast::PercentLit& node, TypeId hint) {
  if (context_.types.is(hint, Kind::Percent) &&
      places(without_trailing_zeros(node.text)) <= context_.types[hint].scale &&
      !too_many_digits(node.text, context_.types[hint]))
    return amount(tree, node.text, hint);
  const std::string_view text = without_trailing_zeros(node.text);
  const auto units = decimal_from_text(text, places(text));
  Int128 denominator = 100;
  for (uint8_t i = 0; i < places(text) && i < 30; ++i) denominator *= 10;
  if (!units || places(text) > 30) {
    context_.emit(DiagnosticKind::NumberTooLarge, tree.span, {"a percentage"});
    return invalid(tree.span);
  }
  return make_expr(tree.span, context_.types.simple(Kind::Ratio), RatioLiteral{*units, denominator});
}

ExprPtr Expressions::of(const Tree& tree, const ast::MoneyLit& node, TypeId) {
  const auto scale = currency_minor_units(node.currency);
  if (scale) return amount(tree, node.text, context_.types.money(node.currency, *scale));
  with_suggestion(context_.emit(DiagnosticKind::UnknownCurrency, tree.span, {node.currency}), tree.span,
                  node.currency, currency_codes());
  return invalid(tree.span);
}

ExprPtr Expressions::of(const Tree& tree, const ast::QuantityLit& node, TypeId) {
  if (is_quantity_unit(node.unit))
    return amount(tree, node.text, context_.types.quantity(node.unit, kQuantityScale));
  with_suggestion(context_.emit(DiagnosticKind::UnknownUnit, tree.span, {node.unit}), tree.span, node.unit,
                  quantity_units());
  return invalid(tree.span);
}

ExprPtr Expressions::of(const Tree& tree, const ast::DurationLit& node, TypeId) {
  const std::string unit(duration_unit(node.unit).value_or(node.unit));
  static const std::map<std::string, Duration> kUnits{
      {"s", kSecond}, {"min", kMinute}, {"hour", kHour}, {"day", kDay}, {"week", 7 * kDay}};
  const auto found = kUnits.find(unit);
  const bool days = unit == "day" || unit == "week";
  if (found == kUnits.end() || (node.business && unit == "week")) {
    context_.emit(DiagnosticKind::UnknownUnit, tree.span, {node.unit})
        .note("time is counted in s, min, hours, days and weeks; business time in min, hours and days");
    return invalid(tree.span);
  }
  // Six decimal places: a microsecond is the finest there is.
  const auto millionths = decimal_from_text(node.text, 6);
  const auto product = millionths ? decimal_multiply(*millionths, found->second) : millionths;
  constexpr Int128 kMost = Int128{36525} * kDay * 1'000'000;  // a century
  if (!product || *product % 1'000'000 != 0 || *product > kMost ||
      (node.business && days && *millionths % 1'000'000 != 0)) {
    context_.emit(DiagnosticKind::NumberTooLarge, tree.span, {"a duration"})
        .note("a duration counts whole microseconds up to a century; business days are whole");
    return invalid(tree.span);
  }
  if (!node.business)
    return make_expr(tree.span, context_.types.simple(Kind::Duration), Literal{cell(*product / 1'000'000)});
  if (!has_calendar(tree.span, calendar_kept_)) return invalid(tree.span);
  const auto form = days ? BusinessDuration::Unit::Days : BusinessDuration::Unit::Time;
  const Int128 count = days ? *millionths / 1'000'000 : *product / 1'000'000;
  return make_expr(tree.span, context_.types.simple(Kind::BusinessDuration),
                   Literal{cell((static_cast<Int128>(form) << 64) | count)});
}

// The parser has told what is no date and no time.
ExprPtr Expressions::of(const Tree& tree, const ast::DateLit& node, TypeId) {
  if (const auto date = date_from_text(node.text))
    return make_expr(tree.span, context_.types.simple(Kind::Date), Literal{cell(*date)});
  return invalid(tree.span);
}

ExprPtr Expressions::of(const Tree& tree, const ast::TimeLit& node, TypeId) {
  if (const auto time = time_from_text(node.text))
    return make_expr(tree.span, context_.types.simple(Kind::Time), Literal{cell(*time)});
  return invalid(tree.span);
}

ExprPtr Expressions::of(const Tree& tree, const ast::TextLit& node, TypeId hint) {
  if (context_.types.is(hint, Kind::Zone)) {
    if (is_zone(node.text)) return make_expr(tree.span, hint, TextLiteral{node.text});
    context_.emit(DiagnosticKind::UnknownZone, tree.span, {node.text})
        .note("zones are named as in the tz database: \"Australia/Sydney\", \"Europe/Berlin\"");
    return invalid(tree.span);
  }
  const size_t length = code_points(node.text);
  if (context_.types.is(hint, Kind::Text)) {
    const Identifier identifier = context_.types[hint].identifier;
    if (const auto problem = identifier_problem(identifier, node.text)) {
      context_.emit(DiagnosticKind::WrongIdentifier, tree.span,
                    {node.text, std::string(to_string(identifier)), *problem});
      return invalid(tree.span);
    }
    const uint32_t most = context_.types[hint].max_length;
    if (most == 0 || length <= most) return make_expr(tree.span, hint, TextLiteral{node.text});
    context_.emit(DiagnosticKind::TextTooLong, tree.span,
                  {fmt::format("of {} characters", length), context_.type_name(hint), std::to_string(most)});
    return invalid(tree.span);
  }
  return make_expr(tree.span, context_.types.text(static_cast<uint32_t>(std::max<size_t>(length, 1))),
                   TextLiteral{node.text});
}

ExprPtr Expressions::of(const Tree& tree, const ast::BoolLit& node, TypeId) {
  return make_expr(tree.span, context_.types.bool_type(), Literal{cell(node.value ? 1 : 0)});
}

ExprPtr Expressions::of(const Tree& tree, const ast::AbsentLit&, TypeId hint) {
  if (hint != abi::kNoType) return make_expr(tree.span, context_.types.optional(hint), MakeOptional{});
  context_.emit(DiagnosticKind::AbsentUnknown, tree.span);
  return invalid(tree.span);
}

ExprPtr Expressions::of(const Tree& tree, const ast::ErrorExpr&, TypeId) { return invalid(tree.span); }

ExprPtr Expressions::of(const Tree& tree, const ast::ListExpr& node, TypeId hint) {
  TypeId element = context_.types.is(hint, Kind::List) ? context_.types[hint].element : abi::kNoType;
  MakeList list;
  for (const ast::ExprPtr& item : node.elements) {
    ExprPtr value = check(item, element, {});
    if (is_invalid(*value)) return invalid(tree.span);
    if (element == abi::kNoType) element = value->type;
    list.elements.push_back(std::move(value));
  }
  if (element == abi::kNoType) {
    context_.emit(DiagnosticKind::EmptyListUnknown, tree.span);
    return invalid(tree.span);
  }
  if (context_.types.holds_ratio(element)) {
    context_.emit(DiagnosticKind::RatioStored, tree.span, {"a list"})
        .note("round each: `round ... to 4 places half even`");
    return invalid(tree.span);
  }
  return make_expr(tree.span, context_.types.list_of(element), std::move(list));
}

}  // namespace endcap::sema
