// JSON in few bytes, for what histories tell: known words by number, small numbers, hashes and moments as
// what they are. Unpacked it is the same text again.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/abi/frame.h"
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

// A member whose text is kept elsewhere, and is not put down again when it is the same.
struct Elsewhere {
  std::string_view member;
  std::string text;
  uint8_t number = 0;  // by which it is asked for
};
// Members of an object, one after the other. Moments are told from `time`.
class Members {
 public:
  explicit Members(Instant time, std::vector<Elsewhere> elsewhere = {})
      : time_(time), elsewhere_(std::move(elsewhere)) {}
  void put(std::string_view name, uint64_t value);
  void put(std::string_view name, std::string_view text);
  void put(std::string_view name, const std::string& text) { put(name, std::string_view(text)); }
  void put(std::string_view name, const nlohmann::ordered_json& value);
  void put_flag(std::string_view name, bool value);
  // The value that `json` is the text of, which must be JSON.
  void put_json(std::string_view name, std::string_view json);
  // A packed value, as the JSON it is.
  void put_packed(std::string_view name, const abi::Types& types, abi::TypeId type, std::string_view value);
  std::string take() { return std::move(bytes_); }

 private:
  Instant time_;
  std::vector<Elsewhere> elsewhere_;
  std::string bytes_;
};

using Ask = std::function<nlohmann::ordered_json(uint8_t number, const nlohmann::ordered_json& so_far)>;

// The members of an object from the `first` on.
std::string put_members(const nlohmann::ordered_json& object, size_t first, Instant time,
                        const std::vector<Elsewhere>& elsewhere);
void take_members(std::string_view bytes, Instant time, nlohmann::ordered_json& object, const Ask& ask);

}  // namespace endcap::packed
