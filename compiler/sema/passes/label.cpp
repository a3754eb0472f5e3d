// Trust of a value, field by field.
#include "compiler/sema/passes/label.h"

namespace endcap::sema {

Label join(Label a, const Label& b) {
  if (!a.advice() && b.advice()) {
    a.trust = Trust::Advice;
    a.path = b.path;
  }
  if (a.parts.empty()) {
    if (!a.advice() || b.parts.empty()) a.parts = b.parts;
    return a;
  }
  for (size_t i = 0; i < a.parts.size() && i < b.parts.size(); ++i)
    a.parts[i] = join(std::move(a.parts[i]), b.parts[i]);
  return a;
}

Label flatten(const Label& label) {
  Label all{label.trust, label.path, {}};
  for (const Label& inner : label.parts) {
    const Label flat = flatten(inner);
    if (!all.advice() && flat.advice()) all = flat;
  }
  return all;
}

Label part(const Label& label, size_t index) {
  if (index >= label.parts.size()) return {label.trust, label.path, {}};
  Label inner = label.parts[index];
  if (label.advice() && !inner.advice()) {
    inner.trust = Trust::Advice;
    inner.path = label.path;
  }
  return inner;
}

Label label_of_type(const abi::Types& types, TypeId type) {
  Label label;
  if (type == abi::kNoType) return label;
  const abi::Type& t = types[type];
  if (t.kind == abi::Kind::Record) {
    for (const abi::Field& field : t.fields) {
      label.parts.push_back(field.advice ? advice_label("`" + field.name + "` of " + t.name)
                                         : label_of_type(types, field.type));
    }
  } else if (t.kind == abi::Kind::List || t.kind == abi::Kind::Optional) {
    label.parts.push_back(label_of_type(types, t.element));
  }
  return label;
}

Label through(Label label, const std::string& place) {
  if (label.advice() && !place.empty() && label.path.find("`" + place + "`") == std::string::npos)
    label.path += " -> `" + place + "`";
  for (Label& inner : label.parts) inner = through(std::move(inner), place);
  return label;
}

}  // namespace endcap::sema
