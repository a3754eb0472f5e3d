// The types of run-time values, as data: how a cell is to be copied, hashed, shown and read from outside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/value/decimal.h"
#include "runtime/value/identifier.h"

namespace endcap::abi {

using TypeId = uint32_t;
inline constexpr TypeId kNoType = 0xffffffff;

// Every value occupies one 16-byte cell. Scalars stand in the cell itself; the others are a reference (arena offset; 0 is the
// empty text, the empty list, the absent optional).
enum class Kind : uint8_t {
  Bool,              // 0 or 1
  Int,               // whole number
  Decimal,           // units at `scale`
  Percent,           // units at `scale`: 12.5 % at scale 1 is 125
  Money,             // units at `scale`, currency in `name`
  Quantity,          // units at `scale`, unit in `name`
  Ratio,             // reference to two cells, numerator and denominator; never in a frame
  Date, Time, Instant, Duration,
  BusinessDuration,  // low 64 bits amount, high 64 bits unit (calendar.h)
  Zone, Text,        // reference to {uint32 length, bytes}
  Enum,              // index into `values`
  Record,            // reference to one cell a field; views are records whose last field is `as of`
  List,              // reference to a ListHeader and one cell an element
  Optional,          // reference to one cell, or 0
  Proposal,          // a List of leaves: Record {target: Text, payload: Record, undo: Optional Record, facts: Record}
  Grant,             // number of the approval (affine: the engine accepts each leaf once)
};

struct Field {
  std::string name;
  TypeId type = kNoType;
  bool key = false;       // part of a view's key
  bool advice = false;    // marked by the view
};

struct Type {
  Kind kind = Kind::Bool;
  uint8_t scale = 0;
  uint8_t precision = 0;          // 0: unlimited
  uint32_t max_length = 0;        // Text, in code points; 0: unlimited
  std::string name;               // currency, unit, or the name of an enum, record, view or nominal text type
  TypeId element = kNoType;       // List, Optional, Proposal (the leaf record); a refined number's own base
  std::vector<Field> fields;      // Record
  std::vector<std::string> values;  // Enum
  std::string refinement;         // a number with bounds: the name of its declaration
  std::optional<Int128> least, most;  // in units, both held in
  Identifier identifier = Identifier::None;  // Text that proves itself by its check digit
};

// Whether a cell of this type holds a reference into the arena.
constexpr bool is_reference(Kind kind) {
  switch (kind) {
    case Kind::Ratio: case Kind::Zone: case Kind::Text: case Kind::Record: case Kind::List: case Kind::Optional:
    case Kind::Proposal: return true;
    default: return false;
  }
}

}  // namespace endcap::abi
