// Arguments and event data: see arguments.h.
#include "runtime/engine/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/abi/value_json.h"
#include "runtime/value/unit_codes.h"

namespace endcap {

unsigned nesting_of(std::string_view json) {
  unsigned depth = 0, deepest = 0;
  bool in_text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

namespace {

using Json = nlohmann::ordered_json;

std::expected<Json, std::string> parse_object(const std::string& text, const char* what) {
  if (nesting_of(text) > abi::kValueDepthMax)
    return std::unexpected(fmt::format("{} are nested more than {} deep", what, abi::kValueDepthMax));
  Json json = Json::parse(text.empty() ? "{}" : text, nullptr, false);
  if (json.is_discarded()) return std::unexpected(fmt::format("{} are not JSON", what));
  if (!json.is_object()) return std::unexpected(fmt::format("{} must be a JSON object", what));
  return json;
}

// "promo.id": under its own name, inside "promo", or as "promo" itself when the view has one key field.
const Json* argument(const Json& json, const std::string& name) {
  if (json.contains(name)) return &json.at(name);
  const size_t dot = name.find('.');
  if (dot == std::string::npos) return nullptr;
  const std::string first = name.substr(0, dot);
  if (!json.contains(first)) return nullptr;
  const Json& outer = json.at(first);
  if (!outer.is_object()) return &outer;
  const std::string rest = name.substr(dot + 1);
  return outer.contains(rest) ? &outer.at(rest) : nullptr;
}

bool is_known(const abi::Workflow& workflow, const std::string& member) {
  for (const auto& parameter : workflow.parameters) {
    if (parameter.name == member || parameter.name.starts_with(member + ".")) return true;
  }
  return false;
}

// CloudEvents of OData systems name the unit beside the amount.
Json with_unit(const abi::Type& type, const Json& value, const Json& unit) {
  if (value.is_object() || (type.kind != abi::Kind::Money && type.kind != abi::Kind::Quantity)) return value;
  const bool known = type.kind == abi::Kind::Quantity && unit.is_string() &&
                     same_unit(type.name, unit.get_ref<const std::string&>());
  if (known) return {{"amount", value}, {"unit", type.name}};
  return {{"amount", value}, {type.kind == abi::Kind::Money ? "currency" : "unit", unit}};
}

}  // namespace

std::expected<std::vector<abi::Cell>, std::string> start_cells(const abi::Types& types,
                                                               const abi::Workflow& workflow,
                                                               const std::string& text, abi::Arena& arena) {
  auto json = parse_object(text, "the arguments");
  if (!json) return std::unexpected(json.error());
  for (const auto& [name, value] : json->items()) {
    if (is_known(workflow, name)) continue;
    std::string names;
    for (const auto& parameter : workflow.parameters) names += (names.empty() ? "" : ", ") + parameter.name;
    return std::unexpected(
        fmt::format("{} has no parameter \"{}\"; it takes {}", workflow.name, name, names));
  }
  std::vector<abi::Cell> cells;
  for (const auto& parameter : workflow.parameters) {
    const Json* value = argument(*json, parameter.name);
    if (value == nullptr && types[parameter.type].kind != abi::Kind::Optional) {
      return std::unexpected(
          fmt::format("the argument \"{}\" of {} is missing", parameter.name, workflow.name));
    }
    auto cell = abi::value_from_json(types, parameter.type, value == nullptr ? "null" : value->dump(), arena);
    if (!cell)
      return std::unexpected(fmt::format("the argument \"{}\": {}", parameter.name, cell.error().detail));
    cells.push_back(*cell);
  }
  return cells;
}

std::expected<abi::Cell, std::string> event_record(const abi::Types& types, const abi::Event& event,
                                                   const std::string& text, abi::Arena& arena) {
  auto data = parse_object(text, "the data of the event");
  if (!data) return std::unexpected(data.error());
  const auto& fields = types[event.record].fields;
  Json named = Json::object();
  for (size_t i = 0; i < fields.size(); ++i) {
    const abi::WireField* wire = i < event.fields.size() ? &event.fields[i] : nullptr;
    if (data->contains(fields[i].name)) {
      named[fields[i].name] = data->at(fields[i].name);
    } else if (wire != nullptr && data->contains(wire->name)) {
      const Json unit = data->contains(wire->unit_name) ? data->at(wire->unit_name) : Json();
      named[fields[i].name] = with_unit(types[fields[i].type], data->at(wire->name), unit);
    }
  }
  auto cell = abi::value_from_json(types, event.record, named.dump(), arena);
  if (!cell) return std::unexpected(fmt::format("the data of event {}: {}", event.name, cell.error().detail));
  return *cell;
}

}  // namespace endcap
