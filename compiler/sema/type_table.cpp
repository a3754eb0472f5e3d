// Interning by a canonical text of the type's shape.
#include "compiler/sema/type_table.h"

#include <fmt/format.h>

#include <set>
#include <vector>

#include "compiler/base/units.h"

namespace endcap::sema {

// Of a map: how the name of an entry's type begins.
static constexpr std::string_view kEntryOf = "an entry of a ";

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

// An entry is a record that nobody else can name.
TypeId TypeTable::map_of(TypeId key, TypeId value) {
  const std::string entry = fmt::format("{}map of {} to {}", kEntryOf, name(key), name(value));
  return list_of(record(entry, {{.name = "key", .type = key}, {.name = "value", .type = value}}));
}

bool TypeTable::is_map(TypeId id) const {
  if (!is(id, Kind::List)) return false;
  const TypeId entry = types_[id].element;
  return is(entry, Kind::Record) && types_[entry].name.starts_with(kEntryOf);
}

bool TypeTable::holds_map(TypeId id) const {
  std::set<TypeId> seen;  // a record that holds itself has been told
  std::vector<TypeId> open{id};
  while (!open.empty()) {
    const TypeId each = open.back();
    open.pop_back();
    if (each == abi::kNoType || !seen.insert(each).second) continue;
    if (is_map(each)) return true;
    const abi::Type& type = types_[each];
    if (type.kind == Kind::List || type.kind == Kind::Optional) open.push_back(type.element);
    if (type.kind != Kind::Record) continue;
    for (const abi::Field& field : type.fields) open.push_back(field.type);
  }
  return false;
}

bool TypeTable::is_key(TypeId id) const {
  switch (kind(id)) {
    case Kind::Bool:
    case Kind::Int:
    case Kind::Decimal:
    case Kind::Percent:
    case Kind::Money:
    case Kind::Quantity:
    case Kind::Date:
    case Kind::Time:
    case Kind::Instant:
    case Kind::Duration:
    case Kind::Zone:
    case Kind::Text:
    case Kind::Enum:
      return true;
    default:
      return false;
  }
}

// Of an optional, nobody could tell whether the key is missing or the value.
bool TypeTable::is_kept_in_map(TypeId id) const {
  return !holds_ratio(id) && kind(id) != Kind::Optional && kind(id) != Kind::Grant &&
         kind(id) != Kind::Proposal;
}

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
      if (is_map(id)) return types_[type.element].name.substr(kEntryOf.size());
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
