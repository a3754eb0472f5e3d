// JSON in few bytes, for what histories tell: known words by number, small numbers, hashes and moments as
// what they are. Unpacked it is the same text again.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "runtime/value/time.h"

namespace endcap::packed {

inline void put_number(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}
// Small in either direction: 0, -1, 1, -2 ...
inline void put_difference(std::string& out, uint64_t to, uint64_t from) {
  const auto difference = static_cast<int64_t>(to - from);
  put_number(out, (static_cast<uint64_t>(difference) << 1) ^ static_cast<uint64_t>(difference >> 63));
}
inline void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out.append(text);
}

// Takes from the front of `bytes`. What ends too early is damage: see rows::decode.
uint8_t take_byte(std::string_view& bytes);
uint64_t take_number(std::string_view& bytes);
inline uint64_t take_difference(std::string_view& bytes, uint64_t from) {
  const uint64_t value = take_number(bytes);
  return from + ((value >> 1) ^ (~(value & 1) + 1));
}
std::string_view take_text(std::string_view& bytes);

// The members of an object, one after the other, from the `first` on. Moments are told from `time`.
std::string put_members(const nlohmann::ordered_json& object, size_t first, Instant time);
void take_members(std::string_view bytes, Instant time, nlohmann::ordered_json& object);

}  // namespace endcap::packed
