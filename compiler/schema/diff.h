// What changed between two metadata files of one system, neutral of any project. Each change says what it means to those who read
// and to those who write, because they want opposite things: a text that became shorter is refused when it is written, one that
// became longer does not fit where it is read into.
//
// Names pair what is in both files. Where a namespace was renamed, types pair by their last part or by the entity set they stand
// behind: a project addresses sets, not types.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/schema/model.h"

namespace endcap::schema {

// In rising order: the graver of two is the greater.
enum class Impact : uint8_t { None, Note, Compatible, Breaking };

struct Change {
  enum class Element : uint8_t {
    Document, EntitySet, EntityType, ComplexType, Property, Navigation, Enum, EnumMember, Operation, Parameter
  };
  enum class Aspect : uint8_t {
    Presence, Protocol, Version, Name, Type, MaxLength, Precision, Scale, Nullable, Default, Unit, Semantics, Creatable, Updatable,
    Deletable, Filterable, Sortable, Key, Base, Abstract, Target, Multiplicity, Value, Flags, Method, Binding, Result, Label,
    Documentation, Annotations
  };
  enum class Kind : uint8_t { Added, Removed, Narrowed, Widened, Changed };

  Element element = Element::Document;
  Aspect aspect = Aspect::Presence;
  Kind kind = Kind::Changed;
  std::string owner;               // full name of the type, enum or operation in the old file (the new one when added); name of the set
  std::string name;                // of the property, navigation, member or parameter; empty: the owner itself
  std::string before, after;       // as the files say it; "none" where they say nothing
  Impact reading = Impact::None;   // to who reads it, or calls it for its result
  Impact writing = Impact::None;   // to who creates, updates or calls with it
  std::string why;                 // one phrase: "a longer text may not fit where it is read into"
  Span before_span, after_span;    // into the two files; invalid where it is not
  struct Digits { uint32_t before = 0, after = 0; };
  std::optional<Digits> whole_digits = std::nullopt;  // Scale: of those before the point, where the precision stays and they don't

  Impact impact() const { return std::max(reading, writing); }
};

// Differences in what a project can use: sets, types with their properties and navigations, enums, operations. Containers,
// association sets and referential constraints are not compared. In the order of the old file; what was added comes after what it
// stands beside.
std::vector<Change> diff(const Schema& before, const Schema& after);

// "property A_Store/Plant: MaxLength 4 -> 6 (widened)".
std::string describe(const Change& change);

std::string_view word(Impact impact);            // "breaking"
std::string_view word(Change::Element element);  // "entity set"
std::string_view word(Change::Aspect aspect);    // "MaxLength"
std::string_view word(Change::Kind kind);        // "narrowed"

}  // namespace endcap::schema
