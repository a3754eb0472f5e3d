// What bounds a value: type, length, digits, presence. Wider is worse for who reads, narrower for who writes.
#include <fmt/format.h>

#include <array>

#include "compiler/schema/diff_parts.h"

namespace endcap::schema {
namespace {

using Aspect = Change::Aspect;
using Kind = Change::Kind;

template <typename Described>
Facets resolved(const Schema& schema, const Described& described) {
  Facets facets{.type = described.type.full,
                .collection = described.type.collection,
                .nullable = described.nullable,
                .max_length = described.max_length,
                .precision = described.precision,
                .scale = described.scale};
  for (const TypeDefinition& definition : schema.definitions) {
    if (definition.name != described.type.full) continue;
    facets.type = definition.underlying;
    if (!facets.max_length) facets.max_length = definition.max_length;
    if (!facets.precision) facets.precision = definition.precision;
    if (!facets.scale) facets.scale = definition.scale;
  }
  return facets;
}

// Which whole numbers hold which: every value of the first is one of the second.
bool holds_whole_numbers(const std::string& small, const std::string& large) {
  static constexpr std::array<std::pair<std::string_view, int>, 5> kRanks{
      {{"Edm.Byte", 1}, {"Edm.SByte", 1}, {"Edm.Int16", 2}, {"Edm.Int32", 3}, {"Edm.Int64", 4}}};
  int small_rank = 0, large_rank = 0;
  for (auto [name, rank] : kRanks) {
    if (name == small) small_rank = rank;
    if (name == large) large_rank = rank;
  }
  return small_rank != 0 && small_rank < large_rank;
}

std::string type_text(const Facets& facets) {
  return facets.collection ? "Collection(" + facets.type + ")" : facets.type;
}

std::string limit_text(const std::optional<uint32_t>& limit) {
  return limit ? std::to_string(*limit) : "none";
}

// False when the types differ: their bounds can't be compared then.
bool diff_type(Differ& differ, const Change& at, const Facets& before, const Facets& after) {
  if (before.collection == after.collection && differ.same_type(before.type, after.type)) return true;
  const bool wider = before.collection == after.collection && holds_whole_numbers(before.type, after.type);
  const bool narrower = before.collection == after.collection && holds_whole_numbers(after.type, before.type);
  const Kind kind = wider ? Kind::Widened : narrower ? Kind::Narrowed : Kind::Changed;
  Change& change = differ.note(at, Aspect::Type, kind, type_text(before), type_text(after));
  change.reading = wider || narrower ? Impact::Compatible : Impact::Breaking;
  change.writing = wider ? Impact::Compatible : Impact::Breaking;
  if (narrower) change.why = "a large number is refused when it is written";
  if (kind == Kind::Changed) change.why = "values of the old type are not values of the new one";
  return false;
}

// `wider` and `narrower` say what goes wrong; no limit is wider than any.
void diff_limit(Differ& differ, const Change& at, Aspect aspect, const std::optional<uint32_t>& before,
                const std::optional<uint32_t>& after, bool became_wider, const std::string& what) {
  Change& change = differ.note(at, aspect, became_wider ? Kind::Widened : Kind::Narrowed, limit_text(before),
                               limit_text(after));
  change.reading = became_wider ? Impact::Breaking : Impact::Compatible;
  change.writing = became_wider ? Impact::Compatible : Impact::Breaking;
  change.why = became_wider ? fmt::format("{} may not fit where it is read into", what)
                            : fmt::format("{} is refused when it is written", what);
}

uint32_t places(const Facets& facets) {
  constexpr uint32_t kVariable = 1000;  // beyond any that a file can give
  return facets.scale_variable ? kVariable : facets.scale.value_or(0);
}

uint32_t whole_digits(const Facets& facets) {
  constexpr uint32_t kUnlimited = 2000;
  if (!facets.precision) return kUnlimited;
  const uint32_t scale = facets.scale_variable ? 0 : facets.scale.value_or(0);
  return *facets.precision > scale ? *facets.precision - scale : 0;
}

// As many digits as before, and the point stands elsewhere: what one side of it has won the other has lost.
void moved_digits(Change& scale, uint32_t before, uint32_t after) {
  const bool more_whole_digits = after > before;
  scale.whole_digits = {before, after};
  (more_whole_digits ? scale.reading : scale.writing) = Impact::Breaking;
  scale.why += more_whole_digits
                   ? ", and one with more digits before the point may not fit where it is read into"
                   : ", and one with more digits before the point is refused when it is written";
}

void diff_digits(Differ& differ, const Change& at, const Facets& before, const Facets& after) {
  if (before.type != "Edm.Decimal") {
    if (before.precision == after.precision) return;
    Change& change = differ.note(at, Aspect::Precision, Kind::Changed, limit_text(before.precision),
                                 limit_text(after.precision));
    change.reading = change.writing = Impact::Note;
    change.why = "fractions of a second";
    return;
  }
  const uint32_t old_digits = whole_digits(before), new_digits = whole_digits(after);
  const bool other_scale = places(before) != places(after);
  if (other_scale) {
    diff_limit(differ, at, Aspect::Scale, before.scale, after.scale, places(after) > places(before),
               "a number with more decimal places");
    if (before.scale_variable) differ.changes.back().before = "variable";
    if (after.scale_variable) differ.changes.back().after = "variable";
  }
  if (old_digits == new_digits) return;
  if (other_scale && before.precision == after.precision)
    return moved_digits(differ.changes.back(), old_digits, new_digits);
  diff_limit(differ, at, Aspect::Precision, before.precision, after.precision, new_digits > old_digits,
             "a number with more digits before the point");
}

}  // namespace

Facets facets_of(const Schema& schema, const Property& property) {
  Facets facets = resolved(schema, property);
  facets.scale_variable = property.scale_variable;
  return facets;
}

Facets facets_of(const Schema& schema, const Parameter& parameter) { return resolved(schema, parameter); }

std::string facets_text(const Facets& facets) {
  std::string text = type_text(facets);
  if (facets.max_length) text += fmt::format("({})", *facets.max_length);
  if (facets.type == "Edm.Decimal" && facets.precision)
    text += fmt::format("({},{})", *facets.precision,
                        facets.scale_variable ? "variable" : std::to_string(facets.scale.value_or(0)));
  return text;
}

void diff_facets(Differ& differ, const Change& at, const Facets& before, const Facets& after) {
  if (diff_type(differ, at, before, after)) {
    if (before.max_length != after.max_length) {
      const bool wider = !after.max_length || (before.max_length && *after.max_length > *before.max_length);
      diff_limit(differ, at, Aspect::MaxLength, before.max_length, after.max_length, wider, "a longer text");
    }
    diff_digits(differ, at, before, after);
  }
  if (before.nullable == after.nullable) return;
  Change& change = differ.note(at, Aspect::Nullable, after.nullable ? Kind::Widened : Kind::Narrowed,
                               before.nullable ? "true" : "false", after.nullable ? "true" : "false");
  change.reading = after.nullable ? Impact::Breaking : Impact::Compatible;
  change.writing = after.nullable ? Impact::Compatible : Impact::Breaking;
  change.why = after.nullable ? "it may be absent where it is required" : "it must be given now";
}

}  // namespace endcap::schema
