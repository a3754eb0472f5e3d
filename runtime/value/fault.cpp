// Names of faults, for people.
#include "runtime/value/fault.h"

namespace endcap {

std::string_view to_string(FaultKind kind) {
  switch (kind) {
    case FaultKind::None:
      return "none";
    case FaultKind::Overflow:
      return "overflow";
    case FaultKind::DivisionByZero:
      return "division by zero";
    case FaultKind::InvalidValue:
      return "invalid value";
    case FaultKind::LossOfPrecision:
      return "loss of precision";
    case FaultKind::OutOfRange:
      return "out of range";
    case FaultKind::NoSuchTime:
      return "no such time";
    case FaultKind::Defect:
      return "defect";
    case FaultKind::TooLarge:
      return "too large";
    case FaultKind::Unhandled:
      return "unhandled";
    case FaultKind::KeyTwice:
      return "two values under one key of a map";
    case FaultKind::OutOfBounds:
      return "out of bounds";
  }
  return "unknown fault";
}

}  // namespace endcap
