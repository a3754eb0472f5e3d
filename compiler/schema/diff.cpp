// The front door of the comparison: the file itself, then sets, types, enums and operations.
#include "compiler/schema/diff_parts.h"

namespace endcap::schema {

using Aspect = Change::Aspect;
using Element = Change::Element;
using Kind = Change::Kind;

bool Differ::same_type(const std::string& old_name, const std::string& new_name) const {
  if (old_name == new_name) return true;
  const auto found = renamed.find(old_name);
  return found != renamed.end() && found->second == new_name;
}

Change& Differ::note(const Change& at, Aspect aspect, Kind kind, std::string old_value,
                     std::string new_value) {
  Change& change = changes.emplace_back(at);
  change.aspect = aspect;
  change.kind = kind;
  change.before = std::move(old_value);
  change.after = std::move(new_value);
  return change;
}

void diff_permission(Differ& differ, const Change& at, Aspect aspect, bool before, bool after,
                     std::string why) {
  if (before == after) return;
  Change& change = differ.note(at, aspect, after ? Kind::Widened : Kind::Narrowed, before ? "true" : "false",
                               after ? "true" : "false");
  change.writing = after ? Impact::Compatible : Impact::Breaking;
  if (!after) change.why = std::move(why);
}

namespace {

std::string protocol_name(Schema::Protocol protocol) {
  switch (protocol) {
    case Schema::Protocol::ODataV2:
      return "OData V2";
    case Schema::Protocol::ODataV3:
      return "OData V3";
    case Schema::Protocol::ODataV4:
      return "OData V4";
  }
  return "";
}

void diff_document(Differ& differ) {
  const Change at{.element = Element::Document, .owner = differ.after.path};
  if (differ.before.protocol != differ.after.protocol) {
    Change& change = differ.note(at, Aspect::Protocol, Kind::Changed, protocol_name(differ.before.protocol),
                                 protocol_name(differ.after.protocol));
    change.reading = change.writing = Impact::Breaking;
    change.why = "values and addresses stand differently on the wire";
  } else if (differ.before.version != differ.after.version) {
    differ.note(at, Aspect::Version, Kind::Changed, differ.before.version, differ.after.version).reading =
        Impact::Note;
  }
}

void diff_set(Differ& differ, const EntitySet& before, const EntitySet& after) {
  const Change at{.element = Element::EntitySet,
                  .owner = before.name,
                  .before_span = before.span,
                  .after_span = after.span};
  if (!differ.same_type(before.entity_type, after.entity_type) || before.singleton != after.singleton) {
    Change& change = differ.note(at, Aspect::Type, Kind::Changed,
                                 before.entity_type + (before.singleton ? " (singleton)" : ""),
                                 after.entity_type + (after.singleton ? " (singleton)" : ""));
    change.reading = change.writing = Impact::Breaking;
    change.why = "other entities stand behind it";
  }
  diff_permission(differ, at, Aspect::Creatable, before.creatable, after.creatable, "a create is refused");
  diff_permission(differ, at, Aspect::Updatable, before.updatable, after.updatable, "an update is refused");
  diff_permission(differ, at, Aspect::Deletable, before.deletable, after.deletable, "a delete is refused");
  diff_words(differ, at, before.label, after.label, "", "");
  diff_annotations(differ, at, before.annotations, after.annotations);
}

void diff_sets(Differ& differ) {
  for (const EntitySet& before : differ.before.sets) {
    if (const EntitySet* after = differ.after.find_set(before.name)) {
      diff_set(differ, before, *after);
      continue;
    }
    Change& change =
        differ.note({.element = Element::EntitySet, .owner = before.name, .before_span = before.span},
                    Aspect::Presence, Kind::Removed, before.entity_type, "none");
    change.reading = change.writing = Impact::Breaking;
    change.why = "what reads or writes it finds nothing";
  }
  for (const EntitySet& after : differ.after.sets) {
    if (differ.before.find_set(after.name)) continue;
    Change& change =
        differ.note({.element = Element::EntitySet, .owner = after.name, .after_span = after.span},
                    Aspect::Presence, Kind::Added, "none", after.entity_type);
    change.reading = change.writing = Impact::Compatible;
  }
}

}  // namespace

std::vector<Change> diff(const Schema& before, const Schema& after) {
  Differ differ{before, after, {}, {}};
  pair_types(differ);
  diff_document(differ);
  diff_sets(differ);
  diff_types(differ);
  diff_enums(differ);
  diff_operations(differ);
  return std::move(differ.changes);
}

}  // namespace endcap::schema
