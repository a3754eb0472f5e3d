// Forms as JSON: see form_view.h.
#include "runtime/engine/form_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/abi/shape.h"

namespace endcap {

nlohmann::ordered_json reasons_json(const abi::Types& types, const abi::WaitPoint& point) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  const auto show = [&](const char* decided, abi::TypeId id) {
    if (id == abi::kNoType) return;
    json[decided] = {{"type", abi::type_text(types, id)}};
    if (types[id].kind == abi::Kind::Enum) json[decided]["values"] = types[id].values;
    if (types[id].max_length > 0) json[decided]["length"] = types[id].max_length;
  };
  show("rejection", point.reasons.rejection);
  show("approval", point.reasons.approval);
  return json;
}

nlohmann::ordered_json form_json(const abi::Types& types, const abi::WaitPoint& point,
                                 const rows::Task& task) {
  using Form = nlohmann::ordered_json;
  const Form prefilled = task.prefilled.empty() ? Form::object() : Form::parse(task.prefilled);
  Form fields = Form::array();
  for (const abi::Field& field : types[point.form()].fields) {
    Form shown = {{"name", field.name}};
    abi::TypeId id = field.type;
    if (types[id].kind == abi::Kind::Optional) {
      shown["optional"] = true;
      id = types[id].element;
    }
    const abi::Type& type = types[id];
    shown["type"] = abi::type_text(types, id);
    if (type.kind == abi::Kind::Money) shown["currency"] = type.name;
    if (type.kind == abi::Kind::Quantity) shown["unit"] = type.name;
    if (type.kind == abi::Kind::Enum) shown["values"] = type.values;
    if (type.kind == abi::Kind::Text && type.max_length > 0) shown["length"] = type.max_length;
    if (const std::string bounds = abi::bounds_text(type); !bounds.empty()) shown["bounds"] = bounds;
    if (prefilled.contains(field.name)) {
      shown["prefilled"] = prefilled.at(field.name);
      shown["advice"] = std::ranges::find(task.advised, field.name) != task.advised.end();
    }
    fields.push_back(std::move(shown));
  }
  return fields;
}

}  // namespace endcap
