// Which parts of a value are advice, as text: what the compiler found out, without where the advice came from.
//
//   "itself"    which value it is: who chose the entity, whether it is there, which elements a list has
//   ".units"    a field, "[]" what is in a list or an optional; further in: ".lines[].units"
//   "control"   that the name was given a value at all
//
// Who chose a record chose its fields. Who chose which elements a list has did not choose what they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/abi/frame.h"

namespace endcap::abi {

using Parts = std::vector<std::string>;  // in alphabetical order, each once

inline constexpr std::string_view kItself = "itself", kControl = "control";

// The name of the part at a path inside the value: kItself for "".
std::string part_at(const std::string& path);
void add_part(Parts& to, std::string part);
void add_parts(Parts& to, const Parts& from);
// All of what stands at `path`, of which nothing more is known.
void add_every_part(const Types& types, TypeId type, const std::string& path, Parts& to);
Parts every_part(const Types& types, TypeId type);
// What views and records mark, of a value that is trusted itself.
Parts marked_parts(const Types& types, TypeId type);
// Whether `part` counts as advice where `parts` do.
bool covers(const Parts& parts, std::string_view part);

}  // namespace endcap::abi
