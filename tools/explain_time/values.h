// Values as people type them on a command line, and values that are made up where nobody gives one.
#pragma once

#include <expected>
#include <string>

#include "runtime/abi/shape.h"

namespace endcap::explain {

// "AUD 100.00", "40 ea", "12.5%", "2026-12-01", "yes", "4 business hours": of the type, in `arena`. The error
// is one sentence.
std::expected<abi::Cell, std::string> value_from_text(const abi::Types& types, abi::TypeId type,
                                                      const std::string& text, abi::Arena& arena);

// What stands in for a value that nobody gives: a plausible one of its type. `date` and `zone` are used where
// one is asked for, `name` for text.
struct Hints {
  Date date = 0;
  std::string zone, name;
};
abi::Cell made_up(const abi::Types& types, abi::TypeId type, const Hints& hints, abi::Arena& arena);

}  // namespace endcap::explain
