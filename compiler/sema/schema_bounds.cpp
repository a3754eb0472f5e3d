// Numbers and their fields: the bounds that a field sets, as those of a refined type.
#include "compiler/sema/schema_bounds.h"

#include <map>

#include "runtime/abi/shape.h"
#include "runtime/value/decimal.h"

namespace endcap::sema {
namespace {

struct HeldUnits {
  Int128 least, most;
};

// What the field can hold, in units of a number with `scale` places. None where that is more than any number.
std::optional<HeldUnits> held_units(const SchemaField& field, uint32_t scale) {
  static const std::map<std::string_view, HeldUnits> kWhole{{"Edm.Byte", {0, UINT8_MAX}},
                                                            {"Edm.SByte", {INT8_MIN, INT8_MAX}},
                                                            {"Edm.Int16", {INT16_MIN, INT16_MAX}},
                                                            {"Edm.Int32", {INT32_MIN, INT32_MAX}},
                                                            {"Edm.Int64", {INT64_MIN, INT64_MAX}}};
  if (const auto whole = kWhole.find(field.edm_type); whole != kWhole.end()) return whole->second;
  if (field.edm_type != "Edm.Decimal" || field.precision.value_or(0) == 0) return std::nullopt;
  const uint32_t places = field.scale_variable ? 0 : field.scale.value_or(0);
  if (*field.precision < places) return std::nullopt;
  const uint32_t digits = *field.precision - places + scale;
  if (digits > kScaleMax) return std::nullopt;
  Int128 beyond = 1;
  for (uint32_t i = 0; i < digits; ++i) beyond *= 10;
  return HeldUnits{1 - beyond, beyond - 1};
}

// Declared digits prove nothing: what is computed forgets them.
bool proves(const abi::Type& type, const HeldUnits& held) {
  return type.least && type.most && *type.least >= held.least && *type.most <= held.most;
}

}  // namespace

ExprPtr within_field(Context& context, Expressions& expressions, ExprPtr value, const SchemaField& field) {
  const TypeId inside = context.types.inside(value->type);
  const abi::Type type = context.types[inside];
  const auto held = is_number(type.kind) ? held_units(field, type.scale) : std::nullopt;
  if (!held || proves(type, *held)) return value;
  if (auto* optional = std::get_if<MakeOptional>(&value->node)) {
    if (!optional->value) return value;
    optional->value = within_field(context, expressions, std::move(optional->value), field);
    return is_invalid(*optional->value) ? invalid(value->span) : std::move(value);
  }
  const TypeId bounds = context.types.refined(context.types.base(inside), field.name + " of " + field.owner,
                                              held->least, held->most);
  if (context.types.is(value->type, Kind::Optional)) {
    const Span span = value->span;
    return make_operation(span, context.types.optional(bounds), Operator::Bounded, std::move(value));
  }
  return expressions.bounded(std::move(value), bounds,
                             {field.span, field.name + " of " + field.owner + " stands here"});
}

bool check_sent(Context& context, const Expr& sent) {
  const Expr* value = &unbounded(sent);
  if (value == &sent) return true;
  if (const auto* optional = std::get_if<MakeOptional>(&value->node); optional && optional->value)
    value = optional->value.get();
  const auto* written = std::get_if<Literal>(&value->node);
  const abi::Type& bounds = context.types[context.types.inside(sent.type)];
  if (!written || abi::is_scalar_in_range(bounds, written->cell)) return true;
  context.emit(DiagnosticKind::OutOfBounds, value->span, {bounds.refinement, abi::bounds_text(bounds)})
      .label(sent.span, "sent here");
  return false;
}

const Expr& unbounded(const Expr& value) {
  const auto* made = std::get_if<Operation>(&value.node);
  return made && made->op == Operator::Bounded ? *made->operands.front() : value;
}

}  // namespace endcap::sema
