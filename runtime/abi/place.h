// Where in the source an expression or a statement stands: what a fault names.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace endcap::abi {

// Lines and columns count from 1, columns in characters. The columns are 0 where they are not known,
// `end_column` also where the end is on another line; it is the first column behind.
struct SourcePlace {
  uint32_t line = 0;  // 0: stands nowhere
  uint16_t column = 0;
  uint16_t end_column = 0;
  uint32_t file = 0;  // index into Program::texts: its path
  friend bool operator==(const SourcePlace&, const SourcePlace&) = default;
};

// Line and columns as one word, in the order in which they lie: compiled code stores it at once.
inline uint64_t position_bits(SourcePlace place) {
  uint64_t bits = 0;
  std::memcpy(&bits, &place, sizeof bits);
  return bits;
}

// "12", "12:9" or "12:9-24", the last of which is the column of the last character.
std::string position_text(SourcePlace place);

}  // namespace endcap::abi
