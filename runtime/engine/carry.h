// Routes and syncs: what stands where in Table::Carried, and what a partition knows of one that is at home in
// it. An item has one row, under the state that it is in: moving it is taking the row away and putting it
// under another key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/abi/program.h"
#include "runtime/engine/carry_rows.h"
#include "runtime/engine/row_keys.h"

namespace endcap {

// "s" name: a Carrier. An item: "w" name, number while it waits; "f" number on its way; "h" number while it
// is held. "k" name, hash: which item an entity has. "c" name, chunk: what a reconciliation goes over. "a"
// number: what people said.
namespace carry_keys {

inline std::string carrier(const std::string& name) { return "s" + name; }
inline std::string waiting_of(const std::string& name) { return "w" + name + '\0'; }
inline std::string waiting(const std::string& name, uint64_t number) {
  return waiting_of(name) + rows::big_endian(number);
}
inline std::string on_its_way(uint64_t number) { return "f" + rows::big_endian(number); }
inline std::string held(uint64_t number) { return "h" + rows::big_endian(number); }
inline std::string said(uint64_t number) { return "a" + rows::big_endian(number); }
// The item of an entity: by the hash of its key, which can be long.
inline std::string entity(const std::string& name, const std::string& key) {
  return "k" + name + '\0' + abi::sha256(key);
}
inline std::string listed_of(const std::string& name) { return "c" + name + '\0'; }
inline std::string listed(const std::string& name, uint64_t chunk) {
  return listed_of(name) + rows::big_endian(chunk);
}

}  // namespace carry_keys

// One of this program that runs. How many of its items are where stands in its row.
struct Carrying {
  const abi::Delivery* delivery = nullptr;
  const abi::Route* route = nullptr;  // one of these two
  const abi::Sync* sync = nullptr;
  uint64_t first_waiting = 0;  // no item that waits has a lower number
  // The keys that its reconciliation goes over now
  std::optional<uint64_t> chunk = {};
  std::vector<std::string> keys = {};
};

// How many of its items are held in this drain, and the first of them.
struct HeldNow {
  uint64_t count = 0, first = 0;
  std::string reason;
};

}  // namespace endcap
