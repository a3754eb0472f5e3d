// Entity types, complex types and enums: which of the two files' are the same, and how they differ.
#include <fmt/format.h>

#include <map>
#include <set>

#include "compiler/schema/diff_parts.h"

namespace endcap::schema {
namespace {

using Aspect = Change::Aspect;
using Element = Change::Element;
using Kind = Change::Kind;

std::string short_name(const std::string& full) { return full.substr(full.rfind('.') + 1); }

Element element_of(const EntityType& type) {
  return type.complex ? Element::ComplexType : Element::EntityType;
}

// Names without a partner of the same full name, by their last part; those that are not unique are left out.
template <typename Items>
std::map<std::string, std::string> unpaired(const Items& items, const std::set<std::string>& others) {
  std::map<std::string, std::string> result;
  std::set<std::string> twice;
  for (const auto& item : items) {
    if (others.contains(item.name)) continue;
    if (!result.emplace(short_name(item.name), item.name).second) twice.insert(short_name(item.name));
  }
  for (const std::string& name : twice) result.erase(name);
  return result;
}

template <typename Items>
void pair_by_last_part(Differ& differ, const Items& before, const Items& after) {
  std::set<std::string> old_names, new_names;
  for (const auto& item : before) old_names.insert(item.name);
  for (const auto& item : after) new_names.insert(item.name);
  const auto new_ones = unpaired(after, old_names);
  for (const auto& [last, full] : unpaired(before, new_names)) {
    if (auto found = new_ones.find(last); found != new_ones.end())
      differ.renamed.emplace(full, found->second);
  }
}

// The type in the new file that is this one of the old file.
template <typename Items>
const auto* partner(const Differ& differ, const Items& items, const std::string& old_name) {
  const auto found = differ.renamed.find(old_name);
  const std::string& name = found == differ.renamed.end() ? old_name : found->second;
  for (const auto& item : items) {
    if (item.name == name) return &item;
  }
  return static_cast<const typename Items::value_type*>(nullptr);
}

// The key, which may stand on a base type.
std::vector<std::string> key_of(const Schema& schema, const EntityType& type) {
  const EntityType* at = &type;
  for (int depth = 0; at && depth < 64; ++depth) {
    if (!at->key.empty()) return at->key;
    at = at->base.empty() ? nullptr : schema.find_type(at->base);
  }
  return {};
}

void diff_type_itself(Differ& differ, const EntityType& before, const EntityType& after) {
  const Change at{.element = element_of(before),
                  .owner = before.name,
                  .before_span = before.span,
                  .after_span = after.span};
  if (before.name != after.name)
    differ.note(at, Aspect::Name, Kind::Changed, before.name, after.name).reading = Impact::Note;
  auto old_key = key_of(differ.before, before), new_key = key_of(differ.after, after);
  const std::string old_text = fmt::format("{}", fmt::join(old_key, ", "));
  const std::string new_text = fmt::format("{}", fmt::join(new_key, ", "));
  std::ranges::sort(old_key);
  std::ranges::sort(new_key);
  if (old_key != new_key) {
    Change& change = differ.note(at, Aspect::Key, Kind::Changed, old_text, new_text);
    change.reading = change.writing = Impact::Breaking;
    change.why = "one entity is addressed by other properties";
  }
  if (!differ.same_type(before.base, after.base)) {
    Change& change = differ.note(at, Aspect::Base, Kind::Changed, before.base.empty() ? "none" : before.base,
                                 after.base.empty() ? "none" : after.base);
    change.reading = change.writing = Impact::Note;
  }
  if (before.abstract != after.abstract) {
    Change& change = differ.note(at, Aspect::Abstract, after.abstract ? Kind::Narrowed : Kind::Widened,
                                 before.abstract ? "true" : "false", after.abstract ? "true" : "false");
    change.writing = after.abstract ? Impact::Breaking : Impact::Compatible;
    if (after.abstract) change.why = "only types that derive from it can be created";
  }
  diff_words(differ, at, before.label, after.label, before.documentation, after.documentation);
  diff_annotations(differ, at, before.annotations, after.annotations);
}

void diff_members(Differ& differ, const EnumType& before, const EnumType& after) {
  auto find = [](const EnumType& in, const std::string& name) -> const EnumType::Member* {
    for (const EnumType::Member& member : in.members) {
      if (member.name == name) return &member;
    }
    return nullptr;
  };
  Change at{.element = Element::EnumMember,
            .owner = before.name,
            .before_span = before.span,
            .after_span = after.span};
  auto value = [](const EnumType::Member& member) {
    return member.value ? std::to_string(*member.value) : std::string("none");
  };
  for (const EnumType::Member& member : before.members) {
    at.name = member.name;
    const EnumType::Member* now = find(after, member.name);
    if (!now) {
      Change& change = differ.note(at, Aspect::Presence, Kind::Removed, value(member), "none");
      change.reading = Impact::Compatible;
      change.writing = Impact::Breaking;
      change.why = "a write with this value is refused";
    } else if (now->value != member.value) {
      Change& change = differ.note(at, Aspect::Value, Kind::Changed, value(member), value(*now));
      change.reading = change.writing = Impact::Note;
    }
  }
  for (const EnumType::Member& member : after.members) {
    if (find(before, member.name)) continue;
    at.name = member.name;
    Change& change = differ.note(at, Aspect::Presence, Kind::Added, "none", value(member));
    change.reading = Impact::Breaking;
    change.writing = Impact::Compatible;
    change.why = "a value nobody knows may be read";
  }
}

}  // namespace

void pair_types(Differ& differ) {
  pair_by_last_part(differ, differ.before.types, differ.after.types);
  pair_by_last_part(differ, differ.before.enums, differ.after.enums);
  for (const EntitySet& before : differ.before.sets) {
    const EntitySet* after = differ.after.find_set(before.name);
    if (!after || differ.renamed.contains(before.entity_type)) continue;
    // Behind the same set, with the old name gone and the new name fresh: renamed.
    if (differ.after.find_type(before.entity_type) || differ.before.find_type(after->entity_type)) continue;
    differ.renamed.emplace(before.entity_type, after->entity_type);
  }
}

void diff_types(Differ& differ) {
  std::set<std::string> met;
  for (const EntityType& before : differ.before.types) {
    const EntityType* after = partner(differ, differ.after.types, before.name);
    if (after) {
      met.insert(after->name);
      diff_type_itself(differ, before, *after);
      diff_properties(differ, before, *after);
      diff_navigations(differ, before, *after);
      continue;
    }
    Change& change =
        differ.note({.element = element_of(before), .owner = before.name, .before_span = before.span},
                    Aspect::Presence, Kind::Removed, before.name, "none");
    change.reading = change.writing = Impact::Breaking;
    change.why = "what reads or writes it finds nothing";
  }
  for (const EntityType& after : differ.after.types) {
    if (met.contains(after.name)) continue;
    Change& change =
        differ.note({.element = element_of(after), .owner = after.name, .after_span = after.span},
                    Aspect::Presence, Kind::Added, "none", after.name);
    change.reading = change.writing = Impact::Compatible;
  }
}

void diff_enums(Differ& differ) {
  std::set<std::string> met;
  for (const EnumType& before : differ.before.enums) {
    Change at{.element = Element::Enum, .owner = before.name, .before_span = before.span};
    const EnumType* after = partner(differ, differ.after.enums, before.name);
    if (!after) {
      Change& change = differ.note(at, Aspect::Presence, Kind::Removed, before.name, "none");
      change.reading = change.writing = Impact::Breaking;
      change.why = "properties of this type have another one now";
      continue;
    }
    met.insert(after->name);
    at.after_span = after->span;
    if (before.flags != after->flags) {
      Change& change = differ.note(at, Aspect::Flags, Kind::Changed, before.flags ? "true" : "false",
                                   after->flags ? "true" : "false");
      change.reading = change.writing = Impact::Breaking;
      change.why = "one value is not several";
    }
    if (before.underlying != after->underlying)
      differ.note(at, Aspect::Type, Kind::Changed, before.underlying, after->underlying).reading =
          Impact::Note;
    diff_members(differ, before, *after);
    diff_annotations(differ, at, before.annotations, after->annotations);
  }
  for (const EnumType& after : differ.after.enums) {
    if (met.contains(after.name)) continue;
    Change& change = differ.note({.element = Element::Enum, .owner = after.name, .after_span = after.span},
                                 Aspect::Presence, Kind::Added, "none", after.name);
    change.reading = change.writing = Impact::Compatible;
  }
}

}  // namespace endcap::schema
