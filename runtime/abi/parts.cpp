// Parts of values that are advice: see parts.h.
#include "runtime/abi/parts.h"

#include <algorithm>

namespace endcap::abi {
namespace {

bool holds_others(Kind kind) { return kind == Kind::List || kind == Kind::Optional; }

void add_below(const Types& types, TypeId type, const std::string& path, Parts& to) {
  if (type >= types.size()) return;
  const Type& described = types[type];
  if (holds_others(described.kind)) add_every_part(types, described.element, path + "[]", to);
  if (described.kind != Kind::Record) return;
  for (const Field& field : described.fields) add_below(types, field.type, path + "." + field.name, to);
}

void add_marked(const Types& types, TypeId type, const std::string& path, Parts& to) {
  if (type >= types.size()) return;
  const Type& described = types[type];
  if (holds_others(described.kind)) add_marked(types, described.element, path + "[]", to);
  if (described.kind != Kind::Record) return;
  for (const Field& field : described.fields) {
    const std::string there = path + "." + field.name;
    field.advice ? add_every_part(types, field.type, there, to) : add_marked(types, field.type, there, to);
  }
}

}  // namespace

std::string part_at(const std::string& path) { return path.empty() ? std::string(kItself) : path; }

void add_part(Parts& to, std::string part) {
  const auto at = std::ranges::lower_bound(to, part);
  if (at == to.end() || *at != part) to.insert(at, std::move(part));
}

void add_parts(Parts& to, const Parts& from) {
  for (const std::string& part : from) add_part(to, part);
}

void add_every_part(const Types& types, TypeId type, const std::string& path, Parts& to) {
  add_part(to, part_at(path));
  add_below(types, type, path, to);
}

Parts every_part(const Types& types, TypeId type) {
  Parts parts;
  add_every_part(types, type, "", parts);
  return parts;
}

Parts marked_parts(const Types& types, TypeId type) {
  Parts parts;
  add_marked(types, type, "", parts);
  return parts;
}

bool covers(const Parts& parts, std::string_view part) {
  if (std::ranges::binary_search(parts, part)) return true;
  if (part == kItself || part.ends_with("[]")) return false;
  if (part == kControl) return std::ranges::binary_search(parts, kItself);
  const size_t field = part.rfind('.');
  if (field == part.npos) return false;
  return covers(parts, field == 0 ? kItself : part.substr(0, field));
}

}  // namespace endcap::abi
