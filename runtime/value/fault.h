// Faults: what goes wrong at run time, as a value. Run-time functions give std::expected<T, Fault>.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace endcap {

enum class FaultKind : uint8_t {
  None = 0,
  Overflow = 1,          // a decimal left 128 bits, a date left its calendar
  DivisionByZero = 2,
  InvalidValue = 3,      // data from outside does not fit its declared type
  LossOfPrecision = 4,   // a scale would be cut without a rounding
  OutOfRange = 5,        // list index, text length
  NoSuchTime = 6,        // unknown zone
  Defect = 7,            // a bug of ours, found at run time
  TooLarge = 8,          // a cap on frame, payload or record was reached
  Unhandled = 9,         // a call ended in a way its wait point has no handler for: the instance is suspended there
  KeyTwice = 10,         // a map of two values under one key
  OutOfBounds = 11,      // a value is not within the bounds of its refined type
};

struct Fault {
  FaultKind kind = FaultKind::None;
  std::string detail;    // for people, one sentence, no final period
};

std::string_view to_string(FaultKind kind);

}  // namespace endcap
