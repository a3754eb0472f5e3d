// Interning by a canonical text of the type's shape.
#include "compiler/sema/type_table.h"

#include <fmt/format.h>

#include "compiler/base/units.h"

namespace endcap::sema {

namespace {

std::string shape(const abi::Type& type) {
  std::string text = fmt::format("{}|{}|{}|{}|{}|{}", static_cast<int>(type.kind), type.scale, type.precision,
                                 type.max_length, type.name, type.element);
  for (const abi::Field& field : type.fields) text += fmt::format("|{}:{}", field.name, field.type);
  return text;
}

}  // namespace

TypeTable::TypeTable(abi::Types& types) : types_(types) {
  // Lowering and the engine make values of these whatever the workflow says.
  for (Kind kind : {Kind::Bool, Kind::Int, Kind::Text, Kind::Instant, Kind::Duration, Kind::BusinessDuration,
                    Kind::Grant})
    simple(kind);
  list_of(int_type());
}

TypeId TypeTable::intern(abi::Type type) {
  const auto [known, fresh] = known_.try_emplace(shape(type), static_cast<TypeId>(types_.size()));
  if (fresh) types_.push_back(std::move(type));
  return known->second;
}

TypeId TypeTable::decimal(uint8_t scale, uint8_t precision) {
  return intern({.kind = Kind::Decimal, .scale = scale, .precision = precision});
}
TypeId TypeTable::percent(uint8_t scale, uint8_t precision) {
  return intern({.kind = Kind::Percent, .scale = scale, .precision = precision});
}
TypeId TypeTable::money(const std::string& currency, uint8_t scale) {
  return intern({.kind = Kind::Money, .scale = scale, .name = currency});
}
TypeId TypeTable::quantity(const std::string& unit, uint8_t scale) {
  return intern({.kind = Kind::Quantity, .scale = scale, .name = unit});
}
TypeId TypeTable::optional(TypeId element) {
  return is(element, Kind::Optional) ? element : intern({.kind = Kind::Optional, .element = element});
}

TypeId TypeTable::record(const std::string& name, std::vector<abi::Field> fields) {
  return intern({.kind = Kind::Record, .name = name, .fields = std::move(fields)});
}

TypeId TypeTable::proposal(TypeId payload, TypeId undo_payload, TypeId facts) {
  const TypeId undo = undo_payload == abi::kNoType ? record("no undo", {}) : undo_payload;
  const TypeId leaf =
      record("leaf", {{"target", text(0)}, {"payload", payload}, {"undo", optional(undo)}, {"facts", facts}});
  return intern({.kind = Kind::Proposal, .element = leaf});
}

TypeId TypeTable::identifier(Identifier identifier) {
  return intern({.kind = Kind::Text,
                 .max_length = digits_max(identifier),
                 .name = std::string(to_string(identifier)),
                 .identifier = identifier});
}

TypeId TypeTable::refined(TypeId base, const std::string& name, std::optional<Int128> least,
                          std::optional<Int128> most) {
  abi::Type type = types_[base];
  type.element = base;
  type.refinement = name;
  type.least = least;
  type.most = most;
  types_.push_back(std::move(type));
  return static_cast<TypeId>(types_.size() - 1);
}

TypeId TypeTable::reserve(Kind kind, const std::string& name) {
  types_.push_back({.kind = kind, .name = name});
  return static_cast<TypeId>(types_.size() - 1);
}

TypeId TypeTable::inside(TypeId id) const { return is(id, Kind::Optional) ? types_[id].element : id; }

namespace {

std::string amount_name(std::string_view form, const abi::Type& type, uint8_t usual_scale) {
  std::string text = fmt::format("{}<{}>", form, type.name);
  if (type.scale != usual_scale) text += fmt::format(" with {} decimal places", type.scale);
  return text;
}

std::string decimal_name(std::string_view form, const abi::Type& type) {
  if (type.precision != 0) return fmt::format("{}({}, {})", form, type.precision, type.scale);
  return type.scale == 0
             ? std::string(form)
             : fmt::format("{} with {} decimal place{}", form, type.scale, type.scale == 1 ? "" : "s");
}

}  // namespace

std::string TypeTable::name(TypeId id) const {
  if (id == abi::kNoType) return "nothing";
  const abi::Type& type = types_[id];
  if (!type.refinement.empty()) return type.refinement;
  switch (type.kind) {
    case Kind::Bool:
      return "Bool";
    case Kind::Int:
      return "Int";
    case Kind::Decimal:
      return decimal_name("Decimal", type);
    case Kind::Percent:
      return decimal_name("Percent", type);
    case Kind::Money:
      return amount_name("Money", type, currency_minor_units(type.name).value_or(2));
    case Kind::Quantity:
      return amount_name("Qty", type, kQuantityScale);
    case Kind::Ratio:
      return "Ratio";
    case Kind::Date:
      return "Date";
    case Kind::Time:
      return "Time";
    case Kind::Instant:
      return "Instant";
    case Kind::Duration:
      return "Duration";
    case Kind::BusinessDuration:
      return "BusinessDuration";
    case Kind::Zone:
      return "Zone";
    case Kind::Text:
      if (!type.name.empty()) return type.name;
      return type.max_length == 0 ? "Text" : fmt::format("Text({})", type.max_length);
    case Kind::Enum:
    case Kind::Record:
      return type.name;
    case Kind::List:
      return type.element == abi::kNoType ? "an empty list" : "list of " + name(type.element);
    case Kind::Optional:
      return "optional " + name(type.element);
    case Kind::Proposal:
      return "a proposal";
    case Kind::Grant:
      return "a grant";
  }
  return "nothing";
}

bool TypeTable::holds_ratio(TypeId id) const {
  if (is(id, Kind::List) || is(id, Kind::Optional)) return holds_ratio(types_[id].element);
  return is(id, Kind::Ratio);
}

bool is_number(Kind kind) { return is_scaled(kind) || kind == Kind::Ratio; }

bool is_scaled(Kind kind) {
  switch (kind) {
    case Kind::Int:
    case Kind::Decimal:
    case Kind::Percent:
    case Kind::Money:
    case Kind::Quantity:
    case Kind::Duration:
      return true;
    default:
      return false;
  }
}

}  // namespace endcap::sema
