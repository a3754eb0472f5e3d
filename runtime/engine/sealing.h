// Histories of what has ended: sealed by the day of the end, and dropped by the day.
//
// A sealed row is several entries of one family, packed, under {day, family, number of the last of them}: a
// page is read from the row that its first entry stands in, and a day is dropped from its first row on.
#pragma once

#include <string>
#include <vector>

#include "runtime/engine/rows.h"
#include "runtime/store/store.h"

namespace endcap {

// Nothing is noted of it any more, but what may come late and is sealed behind the rest: it has ended, and no
// person is asked about it.
bool may_be_sealed(const rows::Family& family);

namespace sealed_keys {

inline Instant day_of(Instant time) { return time - ((time % kDay) + kDay) % kDay; }
inline std::string of(Instant ended, uint64_t root, uint64_t number) {
  return rows::time_key(day_of(ended)) + rows::pair_key(root, number);
}
inline Instant day(std::string_view key) { return rows::time_of_key(key); }
inline uint64_t root(std::string_view key) { return rows::from_big_endian(key.substr(8)); }

}  // namespace sealed_keys
}  // namespace endcap
