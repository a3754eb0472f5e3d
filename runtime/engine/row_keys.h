// The keys under which rows stand. Numbers in keys are big-endian, so that rows stand in the order of their
// numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/value/time.h"

namespace endcap::rows {

inline std::string big_endian(uint64_t value) {
  std::string out(8, '\0');
  for (int i = 7; i >= 0; --i, value >>= 8) out[static_cast<size_t>(i)] = static_cast<char>(value);
  return out;
}
inline uint64_t from_big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8 && i < bytes.size(); ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}
// Of any length: of two keys whose numbers differ, that of the smaller is the smaller.
inline uint64_t leading_number(std::string_view bytes) {
  const size_t missing = bytes.size() < 8 ? 8 - bytes.size() : 0;
  return missing == 8 ? 0 : from_big_endian(bytes) << (8 * missing);
}
// Instants order as numbers once their sign bit is flipped.
inline std::string time_key(Instant time) {
  return big_endian(static_cast<uint64_t>(time) ^ (uint64_t{1} << 63));
}
inline Instant time_of_key(std::string_view key) {
  return static_cast<Instant>(from_big_endian(key) ^ (uint64_t{1} << 63));
}
inline std::string pair_key(uint64_t first, uint64_t second) {
  return big_endian(first) + big_endian(second);
}
// The first key after all that begin with `prefix`; empty: none.
inline std::string after_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<uint8_t>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) + 1);
  return prefix;
}
inline std::string workflow_key(std::string_view workflow, std::string_view key) {
  return std::string(workflow) + '\0' + std::string(key);
}
inline std::string leaf_key(uint64_t root, uint64_t approval, uint32_t proposal, std::string_view target) {
  return pair_key(root, approval) + big_endian(proposal) + std::string(target);
}
// `field` is the event's field that must equal `key`, + 1; 0 when any event is meant.
inline std::string subscription_prefix(std::string_view event, uint32_t field, std::string_view key) {
  return std::string(event) + '\0' + big_endian(field) + big_endian(key.size()) + std::string(key);
}

}  // namespace endcap::rows
