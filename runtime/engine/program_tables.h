// A program as data, without its code: what the engine keeps of a program for as long as an instance of it
// lives, so that the next program can be told what the numbers in that instance's rows mean.
#pragma once

#include <string>
#include <string_view>

#include "runtime/abi/program.h"

namespace endcap {

// The same program gives the same bytes. Literals are left out: no row refers to them.
std::string encode_program(const abi::Program& program);
abi::Program decode_program(std::string_view bytes);

}  // namespace endcap
