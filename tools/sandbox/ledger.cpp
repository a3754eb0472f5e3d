// The ledger and its audit.
#include "tools/sandbox/ledger.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <chrono>

#include "runtime/value/time.h"

namespace endcap::sandbox {
namespace {

Json to_json(const LedgerEntry& entry) {
  return {{"sequence", entry.sequence}, {"time", entry.time},           {"operation", entry.operation},
          {"key", entry.key},           {"target", entry.target},       {"subject", entry.subject},
          {"hash", entry.payload_hash}, {"duplicate", entry.duplicate}, {"by", entry.by}};
}

}  // namespace

std::string sha256_hex(std::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string out;
  for (unsigned char byte : digest) out += fmt::format("{:02x}", byte);
  return out;
}

std::string real_time() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return instant_to_text(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

bool Ledger::open(const std::string& path) {
  file_.open(path, std::ios::app);
  return file_.is_open();
}

void Ledger::record(LedgerEntry entry) {
  entry.sequence = entries_.size() + 1;
  entry.time = real_time();
  if (file_.is_open()) file_ << to_json(entry).dump() << std::endl;
  entries_.push_back(std::move(entry));
}

Json Ledger::entries(uint64_t after) const {
  Json out = Json::array();
  for (size_t i = after; i < entries_.size(); ++i) out.push_back(to_json(entries_[i]));
  return out;
}

Json Ledger::audit() const {
  Json keys = Json::object(), operations = Json::object(), twice = Json::array();
  uint64_t effects = 0, duplicates = 0, unkeyed = 0;
  for (const auto& entry : entries_) {
    if (entry.by != "interface") continue;
    (entry.duplicate ? duplicates : effects) += 1;
    if (!entry.duplicate) operations[entry.operation] = operations.value(entry.operation, 0) + 1;
    if (entry.key.empty()) {
      unkeyed += !entry.duplicate;
      continue;
    }
    auto& slot = keys[entry.key];
    if (slot.is_null())
      slot = {{"effects", 0}, {"duplicates", 0}, {"operation", entry.operation}, {"target", entry.target}};
    auto& count = slot[entry.duplicate ? "duplicates" : "effects"];
    count = count.get<int>() + 1;
  }
  for (const auto& [key, slot] : keys.items()) {
    if (slot["effects"].get<int>() > 1) twice.push_back(key);
  }
  return {{"effects", effects}, {"duplicates", duplicates}, {"unkeyed", unkeyed},
          {"keys", keys},       {"operations", operations}, {"twice", twice}};
}

}  // namespace endcap::sandbox
