// The ledger: every effective change in the estate, in order, so that a test can audit what was done and how
// often.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tools/sandbox/json.h"

namespace endcap::sandbox {

struct LedgerEntry {
  uint64_t sequence = 0;
  std::string time;              // RFC 3339, UTC, of the real clock
  std::string operation;         // "A_PriceCondition.create", "WithdrawPrice", "Listings.update"
  std::string key;               // idempotency key; empty when the request carried none
  std::string target;            // "A_PriceCondition('0000000001')"
  std::string subject;           // what the business would call twice: "P-1/1001"
  std::string payload_hash;      // SHA-256 of the canonical payload, hex
  bool duplicate = false;        // an attempt with a known key that changed nothing
  std::string by = "interface";  // or "desk": a person at a screen of the estate, not audited
};

class Ledger {
 public:
  // Appends to `path` as well, one JSON object a line, flushed at once. False when the file can't be opened.
  bool open(const std::string& path);
  void record(LedgerEntry entry);
  Json entries(uint64_t after) const;
  // {"effects": n, "duplicates": n, "keys": {key: {"effects", "duplicates", "operation", "target"}}, "twice":
  // [key...],
  //  "operations": {operation: n}, "unkeyed": n}; `twice` must be empty.
  Json audit() const;

 private:
  std::vector<LedgerEntry> entries_;
  std::ofstream file_;
};

std::string sha256_hex(std::string_view text);
std::string real_time();

}  // namespace endcap::sandbox
