// Trust of a value, field by field.
#include "compiler/sema/passes/label.h"

#include <algorithm>

namespace endcap::sema {
namespace {

bool comes_from(const Label& label, const Source& source) {
  return std::ranges::find(label.sources, source.local, &Source::local) != label.sources.end();
}

// The first advice stays first: it names the path.
void add_sources(Label& to, const Label& from) {
  for (const Source& source : from.sources) {
    if (!comes_from(to, source)) to.sources.push_back(source);
  }
}

// Of a record that is advice itself, every field is.
void add_parts_of(const abi::Types& types, TypeId type, const Label& label, const std::string& path,
                  bool around, abi::Parts& to) {
  const bool own = label.advice();
  if (own && !around) abi::add_part(to, abi::part_at(path));
  if (label.parts.empty()) {
    if (own) abi::add_every_part(types, type, path, to);
    return;
  }
  const abi::Type* known = type < types.size() ? &types[type] : nullptr;
  if (known && known->kind == abi::Kind::Record && known->fields.size() >= label.parts.size()) {
    for (size_t i = 0; i < label.parts.size(); ++i) {
      const abi::Field& field = known->fields[i];
      add_parts_of(types, field.type, label.parts[i], path + "." + field.name, own || around, to);
    }
  } else if (known && (known->kind == abi::Kind::List || known->kind == abi::Kind::Optional)) {
    add_parts_of(types, known->element, label.parts.front(), path + "[]", false, to);
  } else if (flatten(label).advice()) {
    abi::add_every_part(types, type, path, to);
  }
}

}  // namespace

Label join(Label a, const Label& b) {
  const bool was_advice = a.advice();
  add_sources(a, b);
  if (b.parts.empty()) return a;
  if (a.parts.empty() && !was_advice) {
    a.parts = b.parts;
  } else if (a.parts.size() != b.parts.size()) {
    a = flatten(a);
    add_sources(a, flatten(b));
  } else {
    for (size_t i = 0; i < a.parts.size(); ++i) a.parts[i] = join(std::move(a.parts[i]), b.parts[i]);
  }
  return a;
}

Label flatten(const Label& label) {
  Label all = existence(label);
  for (const Label& inner : label.parts) add_sources(all, flatten(inner));
  return all;
}

Label existence(const Label& label) { return {label.sources, {}}; }

Label part(const Label& label, size_t index) {
  if (index >= label.parts.size()) return existence(label);
  Label inner = label.parts[index];
  add_sources(inner, label);
  return inner;
}

Label inside(const Label& label) { return label.parts.empty() ? existence(label) : label.parts.front(); }

Label label_of_type(const abi::Types& types, TypeId type, LocalId source) {
  Label label;
  if (type == abi::kNoType) return label;
  const abi::Type& t = types[type];
  if (t.kind == abi::Kind::Record) {
    for (const abi::Field& field : t.fields) {
      if (field.advice)
        label.parts.push_back({{{source.index, "`" + field.name + "` of " + t.name}}, {}});
      else
        label.parts.push_back(label_of_type(types, field.type, source));
    }
  } else if (t.kind == abi::Kind::List || t.kind == abi::Kind::Optional) {
    label.parts.push_back(label_of_type(types, t.element, source));
  }
  return label;
}

abi::Parts parts_of(const abi::Types& types, TypeId type, const Label& label) {
  abi::Parts parts;
  add_parts_of(types, type, label, "", false, parts);
  return parts;
}

Label through(Label label, const std::string& place) {
  for (Source& source : label.sources) {
    if (!place.empty() && source.path.find("`" + place + "`") == std::string::npos)
      source.path += " -> `" + place + "`";
  }
  for (Label& inner : label.parts) inner = through(std::move(inner), place);
  return label;
}

const Source* beyond(const Label& label, const Label& known) {
  for (const Source& source : label.sources) {
    if (!comes_from(known, source)) return &source;
  }
  return nullptr;
}

}  // namespace endcap::sema
