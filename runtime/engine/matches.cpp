// Bits or distances: the first byte says which.
#include "runtime/engine/matches.h"

#include "runtime/value/check.h"

namespace endcap {
namespace {

constexpr char kDistances = 'd', kBits = 'b';

}  // namespace

std::string pack_matches(const std::vector<uint64_t>& places, uint64_t size) {
  const uint64_t bytes = (size + 7) / 8;
  std::string distances(1, kDistances);
  uint64_t next = 0;
  for (const uint64_t place : places) {
    CHECK(place >= next && place < size);
    uint64_t distance = place - next;
    for (; distance >= 0x80; distance >>= 7) distances.push_back(static_cast<char>(distance | 0x80));
    distances.push_back(static_cast<char>(distance));
    next = place + 1;
    if (distances.size() > bytes + 1) break;
  }
  if (distances.size() <= bytes + 1) return distances;
  std::string bits(1 + bytes, '\0');
  bits[0] = kBits;
  for (const uint64_t place : places) {
    char& byte = bits[1 + place / 8];
    byte = static_cast<char>(static_cast<uint8_t>(byte) | 1U << (place % 8));
  }
  return bits;
}

std::vector<uint64_t> unpack_matches(std::string_view packed) {
  CHECK(!packed.empty() && (packed[0] == kDistances || packed[0] == kBits));
  const bool bits = packed[0] == kBits;
  packed.remove_prefix(1);
  std::vector<uint64_t> places;
  if (bits) {
    for (size_t i = 0; i < packed.size(); ++i) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        if ((static_cast<uint8_t>(packed[i]) >> bit & 1U) != 0) places.push_back(i * 8 + bit);
      }
    }
    return places;
  }
  uint64_t next = 0;
  for (size_t i = 0; i < packed.size();) {
    uint64_t distance = 0;
    for (unsigned shift = 0;; shift += 7) {
      CHECK(i < packed.size() && shift < 64);
      const auto byte = static_cast<uint8_t>(packed[i++]);
      distance |= uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) break;
    }
    places.push_back(next + distance);
    next = places.back() + 1;
  }
  return places;
}

}  // namespace endcap
