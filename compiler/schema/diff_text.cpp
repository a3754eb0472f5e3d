// Words: those of the metadata that changed, and those a change is told in.
#include <fmt/format.h>

#include <array>
#include <set>

#include "compiler/schema/diff_parts.h"

namespace endcap::schema {
namespace {

// Terms that the importer gives a meaning of their own (meaning.cpp): they are compared as what they mean.
bool has_meaning(std::string_view name) {
  static const std::set<std::string_view> kMeant{
      "label",     "quickinfo",     "creatable",   "updatable",  "deletable",   "filterable",
      "sortable",  "unit",          "semantics",   "Label",      "QuickInfo",   "Computed",
      "Immutable", "Permissions",   "IsUnit",      "IsCurrency", "Unit",        "LongDescription",
      "Summary",   "Documentation", "ISOCurrency", "Insertable", "Description", "Updatable",
      "Deletable"};
  if (name.starts_with("Documentation/")) return true;
  const size_t at = name.find_last_of(".:/");
  return kMeant.contains(at == name.npos ? name : name.substr(at + 1));
}

std::set<std::string> without_meaning(const std::vector<Annotation>& annotations) {
  std::set<std::string> result;
  for (const Annotation& annotation : annotations) {
    if (!has_meaning(annotation.name)) result.insert(annotation.name + "=" + annotation.value);
  }
  return result;
}

// What is in the first and not in the second.
std::string only_in(const std::set<std::string>& first, const std::set<std::string>& second) {
  std::vector<std::string> result;
  for (const std::string& one : first) {
    if (!second.contains(one)) result.push_back(one);
  }
  return result.empty() ? "none" : fmt::format("{}", fmt::join(result, ", "));
}

void diff_word(Differ& differ, const Change& at, Change::Aspect aspect, const std::string& before,
               const std::string& after) {
  if (before == after) return;
  Change& change = differ.note(at, aspect, Change::Kind::Changed, before.empty() ? "none" : before,
                               after.empty() ? "none" : after);
  change.reading = change.writing = Impact::Note;
}

}  // namespace

void diff_words(Differ& differ, const Change& at, const std::string& old_label, const std::string& new_label,
                const std::string& old_text, const std::string& new_text) {
  diff_word(differ, at, Change::Aspect::Label, old_label, new_label);
  diff_word(differ, at, Change::Aspect::Documentation, old_text, new_text);
}

void diff_annotations(Differ& differ, const Change& at, const std::vector<Annotation>& before,
                      const std::vector<Annotation>& after) {
  const auto old_ones = without_meaning(before), new_ones = without_meaning(after);
  if (old_ones == new_ones) return;
  Change& change = differ.note(at, Change::Aspect::Annotations, Change::Kind::Changed,
                               only_in(old_ones, new_ones), only_in(new_ones, old_ones));
  change.reading = change.writing = Impact::Note;
}

std::string_view word(Impact impact) {
  static constexpr std::array<std::string_view, 4> kWords{"none", "note", "compatible", "breaking"};
  return kWords[static_cast<size_t>(impact)];
}

std::string_view word(Change::Element element) {
  static constexpr std::array<std::string_view, 10> kWords{
      "file",       "entity set", "entity type", "complex type", "property",
      "navigation", "enum",       "enum value",  "operation",    "parameter"};
  return kWords[static_cast<size_t>(element)];
}

std::string_view word(Change::Aspect aspect) {
  static constexpr std::array<std::string_view, 30> kWords{
      "presence",  "protocol",  "version",   "name",         "type",          "MaxLength",
      "Precision", "Scale",     "Nullable",  "default",      "unit",          "semantics",
      "creatable", "updatable", "deletable", "filterable",   "sortable",      "key",
      "base type", "abstract",  "target",    "multiplicity", "value",         "flags",
      "call",      "binding",   "result",    "label",        "documentation", "annotations"};
  return kWords[static_cast<size_t>(aspect)];
}

std::string_view word(Change::Kind kind) {
  static constexpr std::array<std::string_view, 5> kWords{"added", "removed", "narrowed", "widened",
                                                          "changed"};
  return kWords[static_cast<size_t>(kind)];
}

std::string describe(const Change& change) {
  std::string what = change.owner;
  const bool typed =
      change.element != Change::Element::Document && change.element != Change::Element::EntitySet &&
      change.element != Change::Element::Operation && change.element != Change::Element::Parameter;
  if (typed) what = what.substr(what.rfind('.') + 1);
  if (!change.name.empty()) what += "/" + change.name;
  if (change.aspect == Change::Aspect::Presence)
    return fmt::format("{} {} {}", word(change.element), what, word(change.kind));
  std::string how(word(change.kind));
  if (change.whole_digits)
    how += fmt::format("; {} -> {} digits before the point", change.whole_digits->before,
                       change.whole_digits->after);
  return fmt::format("{} {}: {} {} -> {} ({})", word(change.element), what, word(change.aspect),
                     change.before, change.after, how);
}

}  // namespace endcap::schema
