// The door of the expression checker: dispatch, and fitting a value to the type it must have.
#include "compiler/sema/expressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/sema/mends.h"
#include "runtime/abi/shape.h"
#include "runtime/value/ratio.h"

namespace endcap::sema {

ExprPtr Expressions::check(const ast::ExprPtr& tree, TypeId expected, Origin origin) {
  if (!tree) return invalid({});
  ExprPtr value = infer(*tree, expected);
  return expected == abi::kNoType ? std::move(value) : convert(std::move(value), expected, origin);
}

ExprPtr Expressions::infer(const ast::ExprPtr& tree, TypeId hint) {
  return tree ? infer(*tree, hint) : invalid({});
}

ExprPtr Expressions::infer(const Tree& tree, TypeId hint) {
  if (depth_ >= kExpressionDepthMax) {
    context_.emit(DiagnosticKind::NestedTooDeep, tree.span, {std::to_string(kExpressionDepthMax)});
    return invalid(tree.span);
  }
  ++depth_;
  ExprPtr value = std::visit(
      [&](const auto& node) { return of(tree, node, context_.types.base(context_.types.inside(hint))); },
      tree.node);
  --depth_;
  // Inside an expression a number has no bounds: a sum of two shares need not be one.
  value->type = context_.types.base(value->type);
  return value;
}

bool Expressions::has_calendar(Span span, bool kept) {
  if (kept || context_.modules[module_].calendar) return true;
  tell_calendar_missing(context_, module_, span);
  return false;
}

ExprPtr Expressions::duration(const ast::ExprPtr& tree, bool kept) {
  const bool outside = std::exchange(calendar_kept_, kept);
  ExprPtr value = check(tree);
  calendar_kept_ = outside;
  if (is_invalid(*value)) return value;
  const Kind kind = context_.types.kind(value->type);
  if (kind == Kind::BusinessDuration && !has_calendar(value->span, kept)) return invalid(value->span);
  if (kind == Kind::Duration || kind == Kind::BusinessDuration) return value;
  context_.emit(DiagnosticKind::TypeMismatch, value->span, {"a duration", context_.type_name(value->type)})
      .note("a duration is written `4 business hours`, `2 days` or `30 min`");
  return invalid(value->span);
}

bool Expressions::unanswered(const Expr& value, std::string what) {
  if (!context_.types.is(value.type, Kind::Optional)) return false;
  if (what.empty()) what = fmt::format("this {}", context_.type_name(context_.types.inside(value.type)));
  context_.emit(DiagnosticKind::OptionalUnanswered, value.span, {std::move(what)})
      .note("answer with `or else VALUE`, or look with `match ... { | present as x {..} | absent {..} }`");
  return true;
}

// ---------------------------------------------------------------- conversion

namespace {

enum class Misfit : uint8_t { None, Type, Currency, Unit, Scale, Digits, Length, Ratio };

// Digits before the point.
int whole_digits(const abi::Type& type) { return type.precision - type.scale; }

// Scale first, then what stands before the point; what is computed forgets how many digits that can be.
Misfit digits_misfit(const abi::Type& from, const abi::Type& to) {
  if (from.scale > to.scale) return Misfit::Scale;
  const bool known = from.precision != 0 && to.precision != 0;
  return known && whole_digits(from) > whole_digits(to) ? Misfit::Digits : Misfit::None;
}

// Why a `from` is no `to`; Misfit::None when it is, at most after widening.
Misfit misfit(const abi::Type& from, const abi::Type& to) {
  const bool decimal_like =
      from.kind == Kind::Decimal || from.kind == Kind::Percent || from.kind == Kind::Int;
  if (from.kind == Kind::Ratio && is_scaled(to.kind)) return Misfit::Ratio;
  if (from.kind != to.kind)
    return decimal_like && from.kind == Kind::Int && to.kind == Kind::Decimal ? Misfit::None : Misfit::Type;
  switch (to.kind) {
    case Kind::Money:
      if (from.name != to.name) return Misfit::Currency;
      return from.scale > to.scale ? Misfit::Scale : Misfit::None;
    case Kind::Quantity:
      if (from.name != to.name) return Misfit::Unit;
      return from.scale > to.scale ? Misfit::Scale : Misfit::None;
    case Kind::Decimal:
    case Kind::Percent:
      return digits_misfit(from, to);
    case Kind::Text:
      if (!to.name.empty() && from.name != to.name) return Misfit::Type;
      return to.max_length != 0 && (from.max_length == 0 || from.max_length > to.max_length) ? Misfit::Length
                                                                                             : Misfit::None;
    default:
      return Misfit::Type;
  }
}

// A number that is written down and has too many digits, whatever its own type.
bool written_too_large(const Expr& value, const abi::Type& from, const abi::Type& to) {
  if (to.precision == 0) return false;
  if (const auto* ratio = std::get_if<RatioLiteral>(&value.node)) {
    const auto units = ratio_round({ratio->numerator, ratio->denominator}, to.scale, to.kind == Kind::Percent,
                                   Rounding::Down);
    return !units || !fits_precision(*units, to);
  }
  const auto* literal = std::get_if<Literal>(&value.node);
  if (!literal || !is_scaled(from.kind)) return false;
  const auto units = decimal_rescale(literal->cell.bits, from.scale, to.scale, Rounding::Down);
  return !units || !fits_precision(*units, to);
}

}  // namespace

bool fits_precision(Int128 units, const abi::Type& type) {
  if (type.precision == 0 || type.precision > kScaleMax) return true;
  Int128 least = 1;
  for (uint8_t i = 0; i < type.precision; ++i) least *= 10;
  return units > -least && units < least;
}

ExprPtr Expressions::convert(ExprPtr value, TypeId type, const Origin& origin) {
  if (is_invalid(*value) || type == abi::kNoType || value->type == type) return value;
  const Span span = value->span;
  if (context_.types.is(type, Kind::Optional)) {
    if (context_.types.is(value->type, Kind::Optional)) {
      const abi::Type have = context_.types[context_.types.inside(value->type)];
      const abi::Type want = context_.types[context_.types.inside(type)];
      if (misfit(have, want) == Misfit::None && have.kind == want.kind && have.scale == want.scale &&
          !context_.types.is_refined(context_.types.inside(type))) {
        value->type = type;
        return value;
      }
    } else {
      ExprPtr inside = convert(std::move(value), context_.types.inside(type), origin);
      if (is_invalid(*inside)) return inside;
      return make_expr(span, type, MakeOptional{std::move(inside)});
    }
  } else if (context_.types.is(value->type, Kind::Optional)) {
    unanswered(*value);
    return invalid(span);
  }
  if (context_.types.is_refined(type)) {
    ExprPtr number = convert(std::move(value), context_.types.base(type), origin);
    return is_invalid(*number) ? std::move(number) : bounded(std::move(number), type, origin);
  }
  const abi::Type from = context_.types[value->type];
  const abi::Type to = context_.types[type];
  const std::string from_name = context_.type_name(value->type), to_name = context_.type_name(type);
  const auto tell = [&](DiagnosticKind kind, std::vector<std::string> arguments) -> Diagnostic& {
    Diagnostic& diagnostic = context_.emit(kind, span, std::move(arguments));
    if (origin.span.valid() && !origin.text.empty()) diagnostic.label(origin.span, origin.text);
    return diagnostic;
  };
  if (written_too_large(*value, from, to)) {
    tell(DiagnosticKind::NumberTooLarge, {to_name});
    return invalid(span);
  }
  switch (misfit(from, to)) {
    case Misfit::None:
      return from.scale == to.scale && from.kind == to.kind ? std::move(value)
                                                            : rescale(std::move(value), type);
    case Misfit::Currency:
      tell(DiagnosticKind::CurrencyMismatch, {to_name, from_name})
          .note("an exchange needs a rate: multiply by it and `round`");
      break;
    case Misfit::Unit:
      tell(DiagnosticKind::UnitMismatch, {to_name, from_name});
      break;
    case Misfit::Scale:
      tell(DiagnosticKind::ScaleLost,
           {from_name, std::to_string(from.scale), to_name, std::to_string(to.scale)})
          .note(fmt::format("say how it is rounded: `round ... to {} places half even`", to.scale));
      break;
    case Misfit::Digits:
      tell(DiagnosticKind::DigitsLost,
           {from_name, std::to_string(whole_digits(from)), to_name, std::to_string(whole_digits(to))});
      break;
    case Misfit::Length:
      tell(DiagnosticKind::TextTooLong,
           {from.max_length == 0 ? "of any length" : fmt::format("of up to {} characters", from.max_length),
            to_name, std::to_string(to.max_length)});
      break;
    case Misfit::Ratio:
      tell(DiagnosticKind::RoundingMissing, {to_name})
          .note(fmt::format("write `round ... to {} places half even`, or another way to round", to.scale));
      break;
    case Misfit::Type:
      tell(DiagnosticKind::TypeMismatch, {to_name, from_name});
      break;
  }
  return invalid(span);
}

ExprPtr Expressions::bounded(ExprPtr value, TypeId type, const Origin& origin) {
  const abi::Type& bounds = context_.types[type];
  const Span span = value->span;
  const auto* literal = std::get_if<Literal>(&value->node);
  if (!literal) return make_operation(span, type, Operator::Bounded, std::move(value));
  if (abi::is_scalar_in_range(bounds, literal->cell)) {
    value->type = type;
    return value;
  }
  auto& diagnostic =
      context_.emit(DiagnosticKind::OutOfBounds, span, {bounds.refinement, abi::bounds_text(bounds)});
  if (origin.span.valid() && !origin.text.empty()) diagnostic.label(origin.span, origin.text);
  return invalid(span);
}

// ---------------------------------------------------------------- arguments

std::vector<ExprPtr> Expressions::arguments(const std::string& callee, Span span,
                                            const std::vector<ast::Argument>& given,
                                            const std::vector<Parameter>& parameters, Span declared) {
  std::vector<ExprPtr> values(parameters.size());
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters) names.push_back(parameter.name);
  size_t position = 0;
  for (const ast::Argument& argument : given) {
    size_t at = position++;
    if (argument.name) {
      at = static_cast<size_t>(std::ranges::find(names, argument.name->text) - names.begin());
      if (at == names.size()) {
        with_suggestion(context_.emit(DiagnosticKind::UnknownParameter, argument.name->span,
                                      {callee, argument.name->text}),
                        argument.name->span, argument.name->text, names)
            .label(declared, "declared here");
        check(argument.value);
        continue;
      }
    }
    if (at >= parameters.size()) {
      if (argument.value)
        context_
            .emit(DiagnosticKind::TooManyArguments, argument.value->span,
                  {callee, std::to_string(parameters.size())})
            .label(declared, "declared here");
      continue;
    }
    const Parameter& parameter = parameters[at];
    if (values[at]) {
      context_
          .emit(DiagnosticKind::DuplicateName, argument.name ? argument.name->span : argument.value->span,
                {parameter.name})
          .label(values[at]->span, "given here first");
      continue;
    }
    values[at] = parameter.take ? parameter.take(argument)
                                : check(argument.value, parameter.type,
                                        {parameter.span, fmt::format("`{}` is {}", parameter.name,
                                                                     context_.type_name(parameter.type))});
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i]) continue;
    const TypeId type = parameters[i].type;
    if (context_.types.is(type, Kind::Optional)) {
      values[i] = make_expr(span, type, MakeOptional{});
      continue;
    }
    context_
        .emit(DiagnosticKind::MissingArgument, span, {callee, parameters[i].name, context_.type_name(type)})
        .label(declared, "declared here");
    values[i] = invalid(span);
  }
  return values;
}

ExprPtr Expressions::record_of(const std::string& name, const std::vector<ast::Argument>& given, Span span) {
  std::vector<abi::Field> fields;
  MakeRecord record;
  bool sound = true;
  for (const ast::Argument& argument : given) {
    ExprPtr value = check(argument.value);
    std::string field = argument.name    ? argument.name->text
                        : argument.value ? source_name(*argument.value)
                                         : "";
    field = field.substr(field.rfind('.') + 1);
    if (field.empty()) field = given.size() == 1 ? "value" : fmt::format("value {}", fields.size() + 1);
    if (std::ranges::find(fields, field, &abi::Field::name) != fields.end()) {
      context_.emit(DiagnosticKind::DuplicateName, argument.name ? argument.name->span : value->span, {field})
          .note("give each its own name: `" + name + "(first: ..., second: ...)`");
      sound = false;
    }
    if (!is_invalid(*value) && context_.types.holds_ratio(value->type)) {
      context_.emit(DiagnosticKind::RatioStored, value->span, {name})
          .note("round it first: `round ... to 4 places half even`");
      sound = false;
    }
    sound = sound && !is_invalid(*value);
    fields.push_back({.name = field, .type = value->type});
    record.fields.push_back(std::move(value));
  }
  if (!sound) return invalid(span);
  return make_expr(span, context_.types.record(name, std::move(fields)), std::move(record));
}

}  // namespace endcap::sema
