// The table of what fits what, and the messages when it does not.
#include "compiler/sema/schema_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "compiler/sema/mends.h"

namespace endcap::sema {
namespace {

const std::set<std::string_view> kWholeNumbers{"Edm.Byte", "Edm.SByte", "Edm.Int16", "Edm.Int32",
                                               "Edm.Int64"};
// The longest name of the tz database, "America/Argentina/ComodRivadavia", has 32.
constexpr size_t kZoneLengthMax = 32;

const std::set<std::string_view> kFloats{"Edm.Double", "Edm.Single", "Edm.Float"};

bool kind_fits(Kind kind, const SchemaField& field) {
  const std::string& edm = field.edm_type;
  switch (kind) {
    case Kind::Bool:
      return edm == "Edm.Boolean";
    case Kind::Int:
      return kWholeNumbers.contains(edm) ||
             (edm == "Edm.Decimal" && field.scale.value_or(0) == 0 && !field.scale_variable);
    case Kind::Decimal:
    case Kind::Percent:
    case Kind::Money:
    case Kind::Quantity:
      return edm == "Edm.Decimal" || kWholeNumbers.contains(edm);
    case Kind::Date:
      return edm == "Edm.Date" || edm == "Edm.DateTime";
    case Kind::Time:
      return edm == "Edm.Time" || edm == "Edm.TimeOfDay";
    case Kind::Instant:
      return edm == "Edm.DateTimeOffset" || edm == "Edm.DateTime";
    case Kind::Duration:
      return edm == "Edm.Duration";
    case Kind::Zone:
      return edm == "Edm.String";
    case Kind::Text:
      return edm == "Edm.String" || edm == "Edm.Guid";
    case Kind::Enum:
      return edm == "Edm.String" || field.enumeration;
    default:
      return false;
  }
}

std::string schema_type(const SchemaField& field) {
  std::string text = field.edm_type;
  if (field.max_length) text += fmt::format("({})", *field.max_length);
  if (field.edm_type == "Edm.Decimal" && field.precision)
    text += fmt::format("({}, {})", *field.precision, field.scale.value_or(0));
  return text;
}

Diagnostic& with_field(Diagnostic& diagnostic, const SchemaField& field) {
  if (field.span.valid())
    diagnostic.label(field.span, fmt::format("{} of {} is {}", field.name, field.owner, schema_type(field)));
  const std::string text = describe(field);
  if (!text.empty()) diagnostic.note(fmt::format("{} is \"{}\"", field.name, text));
  return diagnostic;
}

// Enum values and names of zones are texts on the wire.
bool check_written_length(Context& context, const abi::Type& type, const SchemaField& field, Span at) {
  size_t longest = type.kind == Kind::Zone ? kZoneLengthMax : 0;
  for (const std::string& value : type.values) longest = std::max(longest, value.size());
  if (field.enumeration || longest <= *field.max_length) return true;
  with_field(context.emit(DiagnosticKind::TextTooLong, at,
                          {fmt::format("of up to {} characters", longest), field.name,
                           std::to_string(*field.max_length)}),
             field);
  return false;
}

bool check_length(Context& context, const abi::Type& type, const SchemaField& field, Direction direction,
                  Span at) {
  if (!field.max_length) return true;
  if (direction == Direction::Writing && (type.kind == Kind::Enum || type.kind == Kind::Zone))
    return check_written_length(context, type, field, at);
  if (type.kind != Kind::Text) return true;
  // An identifier has its own length, which is checked with its digits where it comes in.
  if (type.identifier != Identifier::None && direction == Direction::Reading) return true;
  const bool fits = direction == Direction::Writing
                        ? type.max_length != 0 && type.max_length <= *field.max_length
                        : type.max_length == 0 || type.max_length >= *field.max_length;
  if (fits) return true;
  const std::string ours =
      type.max_length == 0 ? "of any length" : fmt::format("of up to {} characters", type.max_length);
  if (direction == Direction::Writing) {
    with_field(
        context.emit(DiagnosticKind::TextTooLong, at, {ours, field.name, std::to_string(*field.max_length)}),
        field);
  } else {
    with_field(
        context.emit(DiagnosticKind::TextTooShort, at, {field.name, std::to_string(*field.max_length), ours}),
        field);
  }
  return false;
}

bool check_scale(Context& context, TypeId id, const abi::Type& type, const SchemaField& field,
                 Direction direction, Span at) {
  if (!is_scaled(type.kind) || type.kind == Kind::Duration || field.scale_variable) return true;
  const uint32_t theirs = kWholeNumbers.contains(field.edm_type) ? 0 : field.scale.value_or(0);
  // An amount's currency or unit bounds its digits: data that has more is refused at the border, by name.
  const bool bounded = type.kind == Kind::Money || type.kind == Kind::Quantity;
  const bool fits = direction == Direction::Writing ? type.scale <= theirs : bounded || theirs <= type.scale;
  if (fits) return true;
  if (direction == Direction::Writing) {
    with_field(
        context.emit(DiagnosticKind::ScaleLost, at,
                     {context.type_name(id), std::to_string(type.scale), field.name, std::to_string(theirs)}),
        field)
        .note(fmt::format("say how it is rounded: `round ... to {} places half even`", theirs));
  } else {
    with_field(
        context.emit(DiagnosticKind::ScaleLost, at,
                     {field.name, std::to_string(theirs), context.type_name(id), std::to_string(type.scale)}),
        field);
  }
  return false;
}

// Digits before the point, where both sides say how many. An amount is bounded by its system, an Int by none.
bool check_digits(Context& context, TypeId id, const abi::Type& type, const SchemaField& field,
                  Direction direction, Span at) {
  if (type.precision == 0 || field.edm_type != "Edm.Decimal" || !field.precision || field.scale_variable)
    return true;
  const uint32_t scale = field.scale.value_or(0);
  if (*field.precision < scale) return true;
  const uint32_t ours = type.precision - type.scale, theirs = *field.precision - scale;
  if (direction == Direction::Writing ? ours <= theirs : theirs <= ours) return true;
  std::vector<std::string> arguments{context.type_name(id), std::to_string(ours), field.name,
                                     std::to_string(theirs)};
  if (direction == Direction::Reading)
    arguments = {field.name, std::to_string(theirs), context.type_name(id), std::to_string(ours)};
  with_field(context.emit(DiagnosticKind::DigitsLost, at, std::move(arguments)), field);
  return false;
}

bool check_enum(Context& context, const abi::Type& type, const SchemaField& field, Span at) {
  if (type.kind != Kind::Enum || !field.enumeration) return true;
  for (const std::string& value : type.values) {
    const auto same = [&](const schema::EnumType::Member& member) { return member.name == value; };
    if (std::ranges::any_of(field.enumeration->members, same)) continue;
    context.emit(DiagnosticKind::EnumNotInSchema, at, {type.name, value, field.enumeration->name})
        .label(field.enumeration->span, "its values stand here");
    return false;
  }
  return true;
}

std::string resolve_definition(const schema::Schema& schema, const schema::TypeName& name,
                               SchemaField& field) {
  for (const schema::EnumType& enumeration : schema.enums) {
    if (enumeration.name == name.full) field.enumeration = &enumeration;
  }
  for (const schema::TypeDefinition& definition : schema.definitions) {
    if (definition.name != name.full) continue;
    if (!field.max_length) field.max_length = definition.max_length;
    if (!field.precision) field.precision = definition.precision;
    if (!field.scale) field.scale = definition.scale;
    return definition.underlying;
  }
  return name.collection ? "Collection(" + name.full + ")" : name.full;
}

}  // namespace

SchemaField field_of(const schema::Schema& schema, const schema::EntityType& entity,
                     const schema::Property& property) {
  SchemaField field{.name = property.name,
                    .owner = entity.name.substr(entity.name.rfind('.') + 1),
                    .nullable = property.nullable,
                    .max_length = property.max_length,
                    .precision = property.precision,
                    .scale = property.scale,
                    .scale_variable = property.scale_variable,
                    .label = property.label,
                    .documentation = property.documentation,
                    .unit_property = property.unit_property,
                    .span = property.span};
  field.edm_type = resolve_definition(schema, property.type, field);
  return field;
}

SchemaField field_of(const schema::Schema& schema, const schema::Callable& callable,
                     const schema::Parameter& parameter) {
  SchemaField field{.name = parameter.name,
                    .owner = callable.name,
                    .nullable = parameter.nullable,
                    .max_length = parameter.max_length,
                    .precision = parameter.precision,
                    .scale = parameter.scale,
                    .span = callable.span};
  field.edm_type = resolve_definition(schema, parameter.type, field);
  return field;
}

std::string describe(const SchemaField& field) {
  return field.documentation.empty() ? field.label : field.documentation;
}

bool check_fit(Context& context, TypeId type, const SchemaField& field, Direction direction, Span at) {
  if (type == abi::kNoType) return false;
  const bool optional = context.types.is(type, Kind::Optional);
  const TypeId id = context.types.inside(type);
  const abi::Type inner = context.types[id];
  if (kFloats.contains(field.edm_type) && is_number(inner.kind)) {
    with_field(context.emit(DiagnosticKind::FloatInSchema, at, {field.name, field.edm_type}), field);
    return false;
  }
  if (!kind_fits(inner.kind, field)) {
    with_field(context.emit(DiagnosticKind::SchemaTypeMismatch, at,
                            {field.name, schema_type(field), context.type_name(id)}),
               field);
    return false;
  }
  if (direction == Direction::Writing && optional && !field.nullable) {
    with_field(
        context.emit(DiagnosticKind::OptionalUnanswered, at, {fmt::format("what `{}` is given", field.name)}),
        field)
        .note(field.name + " must have a value: answer with `or else`");
    return false;
  }
  return check_length(context, inner, field, direction, at) &&
         check_scale(context, id, inner, field, direction, at) &&
         check_digits(context, id, inner, field, direction, at) && check_enum(context, inner, field, at);
}

namespace {

// A currency where a unit of measure stands, or the other way round.
bool check_unit_kind(Context& context, TypeId type, Kind kind, const ast::Name& unit,
                     const schema::Property& sibling) {
  using Semantics = schema::Property::Semantics;
  const bool money = kind == Kind::Money;
  if (sibling.semantics != (money ? Semantics::UnitOfMeasure : Semantics::CurrencyCode)) return true;
  context
      .emit(DiagnosticKind::UnitOfAnotherKind, unit.span,
            {unit.text, money ? "unit of measure" : "currency", context.type_name(context.types.inside(type)),
             money ? "currency" : "unit of measure"})
      .label(sibling.span, "the schema says so");
  return false;
}

}  // namespace

bool check_unit(Context& context, TypeId type, const SchemaField& field, const ast::Name* unit,
                const schema::Property* sibling, Span at) {
  if (type == abi::kNoType) return true;
  const abi::Type& inner = context.types[context.types.inside(type)];
  const bool amount = inner.kind == Kind::Money || inner.kind == Kind::Quantity;
  const char* what = inner.kind == Kind::Money ? "currency" : "unit";
  if (unit && !amount) {
    suggest_if(context.emit(DiagnosticKind::UnitUnexpected, unit->span, {context.type_name(type)}),
               take_out_with(context, "in", unit->span, "leave `in " + unit->text + "` out"));
    return false;
  }
  if (!unit && amount && !field.unit_property.empty()) {
    with_field(context.emit(DiagnosticKind::UnitMissing, at, {field.name, what, field.unit_property}), field)
        .suggest({{at.source, at.end, at.end},
                  " in " + field.unit_property,
                  "write `in " + field.unit_property + "`",
                  true});
    return false;
  }
  const bool bare = inner.kind == Kind::Decimal || inner.kind == Kind::Int;
  if (bare && !field.unit_property.empty()) {
    with_field(context.emit(DiagnosticKind::AmountUnitDropped, at,
                            {field.name, field.unit_property, context.type_name(type)}),
               field)
        .note("make it Money or Qty, and say `in " + field.unit_property + "`");
    return false;
  }
  if (unit && !field.unit_property.empty() && unit->text != field.unit_property) {
    with_field(context.emit(DiagnosticKind::WrongUnitProperty, unit->span,
                            {field.name, what, field.unit_property, unit->text}),
               field)
        .suggest({unit->span, field.unit_property, "write `" + field.unit_property + "`", true});
    return false;
  }
  return !unit || !sibling || check_unit_kind(context, type, inner.kind, *unit, *sibling);
}

bool is_entity(const schema::Schema& schema, std::string_view full_name, const schema::EntityType& entity) {
  const schema::EntityType* type = schema.find_type(full_name);
  for (size_t depth = 0; type && depth < kDeclarationDepthMax; ++depth) {
    if (type->name == entity.name) return true;
    type = type->base.empty() ? nullptr : schema.find_type(type->base);
  }
  return false;
}

bool check_written(Context& context, TypeId type, const SchemaField& field, const ast::FieldAssign& assign,
                   const schema::Schema& schema, const schema::EntityType* entity, const std::string& target,
                   Span at) {
  const ast::Name* unit = assign.unit_field ? &*assign.unit_field : nullptr;
  const schema::Property* const sibling =
      unit && entity ? schema.find_property(*entity, unit->text) : nullptr;
  if (!check_fit(context, type, field, Direction::Writing, at) ||
      !check_unit(context, type, field, unit, sibling, at))
    return false;
  if (unit && entity && !sibling) {
    with_suggestion(context.emit(DiagnosticKind::UnknownProperty, unit->span, {target, unit->text}),
                    unit->span, unit->text, property_names(schema, *entity));
  }
  return true;
}

std::map<std::string, std::string> unit_read_as_list(const ast::FieldAssign& assign) {
  const ast::Expr* value = assign.value.get();
  bool chosen = false;
  while (const auto* node = value ? std::get_if<ast::ConditionalExpr>(&value->node) : nullptr) {
    value = node->otherwise.get();
    chosen = true;
  }
  const auto* member = chosen && value ? std::get_if<ast::MembershipExpr>(&value->node) : nullptr;
  const auto* unit = member && member->list ? std::get_if<ast::NameExpr>(&member->list->node) : nullptr;
  if (!unit) return {};
  return {
      {unit->name.text, fmt::format("behind `otherwise` it is read as a list; where it is the unit, write "
                                    "`{}: (when ... otherwise ...) in {}`",
                                    assign.field.text, unit->name.text)}};
}

abi::WireField wire_field(const SchemaField& field, const ast::Name* unit, bool key) {
  return {.name = field.name,
          .unit_name = unit ? unit->text : "",
          .edm_type = field.edm_type,
          .scale = static_cast<uint8_t>(field.scale.value_or(0)),
          .key = key};
}

TypeId natural_type(Context& context, const SchemaField& field) {
  if (field.edm_type == "Edm.Decimal")
    return context.types.decimal(static_cast<uint8_t>(std::min(field.scale.value_or(0), 38u)));
  return abi::kNoType;
}

TypeId absent_type(Context& context, const SchemaField& field) {
  TypeId type = natural_type(context, field);
  if (type != abi::kNoType) return context.types.optional(type);
  static const std::map<std::string_view, Kind> kKinds{
      {"Edm.Boolean", Kind::Bool},     {"Edm.Date", Kind::Date},      {"Edm.DateTime", Kind::Date},
      {"Edm.Time", Kind::Time},        {"Edm.TimeOfDay", Kind::Time}, {"Edm.DateTimeOffset", Kind::Instant},
      {"Edm.Duration", Kind::Duration}};
  const auto kind = kKinds.find(field.edm_type);
  if (kind != kKinds.end()) {
    type = context.types.simple(kind->second);
  } else {
    type = kWholeNumbers.contains(field.edm_type) ? context.types.int_type() : context.types.text(0);
  }
  return context.types.optional(type);
}

bool is_single(const SchemaField& field) {
  return field.enumeration != nullptr || field.edm_type.starts_with("Edm.");
}

std::vector<std::string> property_names(const schema::Schema& schema, const schema::EntityType& entity) {
  std::vector<std::string> names;
  for (const schema::EntityType* type = &entity; type;
       type = type->base.empty() ? nullptr : schema.find_type(type->base)) {
    for (const schema::Property& property : type->properties) names.push_back(property.name);
    if (names.size() > 10'000) break;
  }
  return names;
}

std::vector<std::string> navigation_names(const schema::Schema& schema, const schema::EntityType& entity) {
  std::vector<std::string> names;
  for (const schema::EntityType* type = &entity; type;
       type = type->base.empty() ? nullptr : schema.find_type(type->base)) {
    for (const schema::Navigation& navigation : type->navigations) names.push_back(navigation.name);
    if (names.size() > 10'000) break;
  }
  return names;
}

}  // namespace endcap::sema
