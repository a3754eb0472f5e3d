// Which of a stretch of combinations match, as bytes: one bit each, or the distances between those that do,
// whichever is shorter. 131,072 combinations take 16 KiB at most, and few matches take a byte or three each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace endcap {

// `places` ascend and are below `size`. Equal places give equal bytes.
std::string pack_matches(const std::vector<uint64_t>& places, uint64_t size);
// The places again; bytes that are none of `pack_matches` are a failed CHECK: they come from our own store.
std::vector<uint64_t> unpack_matches(std::string_view packed);

}  // namespace endcap
