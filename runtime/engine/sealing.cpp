// Sealing what has ended and dropping it by policy, a little at a time: see sealing.h.
//
// Who has ended waits in Table::Sealing until its entries are sealed, mostly in the same drain: then neither
// its last entries nor that row are ever written. A long history takes several drains, each of which puts
// down sealed rows and takes their entries away in one record: a reader finds each entry once at any time.
#include "runtime/engine/sealing.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>

#include "runtime/engine/history.h"
#include "runtime/engine/partition.h"

namespace endcap {
namespace {

constexpr size_t kSealsPerDrain = 256;            // families, or parts of one
constexpr size_t kEntriesAtOnce = 256;            // of one
constexpr size_t kEntriesPerDrain = 4096;         // of all
constexpr size_t kFamiliesAhead = 64;             // are read together
constexpr size_t kEntriesAhead = 64;              // of one
constexpr size_t kBetweenClose = 16;              // numbers from one to the next: they began together
constexpr size_t kSealedBytesWanted = 16u << 10;  // of a row: what a page has to read at least
constexpr size_t kDroppedAtOnce = 2;              // sealed rows
constexpr Duration kDropEvery = 5 * (kSecond / 1000);

}  // namespace

bool may_be_sealed(const rows::Family& family) { return family.has_ended() && family.questions == 0; }

// ---------------------------------------------------------------- who is to be sealed

void Partition::to_be_sealed(const rows::Family& whole) {
  if (!may_be_sealed(whole)) return;
  if (!to_seal_.try_emplace(whole.root, ToSeal{0, whole.ended}).second) return;
  overlay_.put(Table::Sealing, rows::big_endian(whole.root), "");
}

// Of a family that may have ended long ago, and may be gone by policy.
void Partition::note_late(uint64_t root, const char* kind, uint64_t instance, const Json& details) {
  const auto whole = family(root);
  if (!whole) return;
  note(root, kind, instance, "", "", details);
  to_be_sealed(*whole);
}

// Questions that nobody waits for outlive their family.
void Partition::question_asked(uint64_t root) {
  auto whole = family(root);
  CHECK(whole.has_value());
  ++whole->questions;
  put(*whole);
}

void Partition::question_answered(uint64_t root) {
  auto whole = family(root);
  if (!whole || whole->questions == 0) return;  // asked by an older release, which did not count
  --whole->questions;
  put(*whole);
  to_be_sealed(*whole);
}

void Partition::load_sealing() {
  for (const auto& [key, value] : overlay_.collect(Table::Sealing, {}))
    to_seal_.emplace(rows::from_big_endian(key), ToSeal());
  drop_from_ = rows::time_key(meta_.dropped_before);
  const auto oldest = overlay_.collect(Table::Sealed, {}, 1, drop_from_);
  if (!oldest.empty()) oldest_sealed_ = sealed_keys::day(oldest.front().first);
}

// ---------------------------------------------------------------- sealing

// Those of a herd have waited for weeks: their entries are read in one go.
size_t Partition::read_ahead_to_seal() {
  const size_t families = std::min(to_seal_.size(), kFamiliesAhead);
  std::vector<std::string> roots;
  for (const auto& [root, of] : to_seal_ | std::views::take(kFamiliesAhead)) {
    if (of.from == 0) roots.push_back(rows::big_endian(root));
  }
  if (roots.size() < 2) return families;
  const uint64_t span = rows::from_big_endian(roots.back()) - rows::from_big_endian(roots.front());
  const bool close = span / state_.options.partitions < kBetweenClose * roots.size();
  overlay_.read_ahead_under(Table::History, std::move(roots), kEntriesAhead,
                            close ? Store::Between::Little : Store::Between::Much);
  return families;
}

bool Partition::seal_some() {
  size_t entries = 0, seals = 0, ahead = 0;
  for (; !to_seal_.empty() && seals < kSealsPerDrain && entries < kEntriesPerDrain; ++seals) {
    if (overlay_.full()) break;
    if (ahead == 0) ahead = read_ahead_to_seal();
    const auto first = to_seal_.begin();
    const size_t sealed = seal(first->first, first->second);
    entries += sealed;
    if (sealed == kEntriesAtOnce) continue;  // there may be more of it
    overlay_.forget(Table::Sealing, rows::big_endian(first->first));
    to_seal_.erase(first);
    --ahead;
  }
  return seals > 0;
}

// Gives how many entries that were. Of a family that is gone by policy they are dropped.
size_t Partition::seal(uint64_t root, ToSeal& of) {
  if (!of.ended) {
    if (const auto whole = family(root)) of.ended = whole->ended;
  }
  const auto found = overlay_.collect_to_seal(rows::big_endian(root), kEntriesAtOnce,
                                              of.from == 0 ? "" : rows::pair_key(root, of.from));
  history::Packer packer(root);
  rows::Sealed sealed;
  for (const auto& [key, bytes] : found) {
    const uint64_t number = rows::from_big_endian(std::string_view(key).substr(8));
    const auto entry = history::entry_of_row(root, number, bytes);
    packer.add(entry);
    if (entry.task && std::ranges::count(sealed.tasks, *entry.task) == 0) sealed.tasks.push_back(*entry.task);
    of.from = number + 1;
    overlay_.forget(Table::History, key);
    if (packer.size() < kSealedBytesWanted && &key != &found.back().first) continue;
    sealed.entries = packer.take();
    if (of.ended) keep_sealed(sealed_keys::of(*of.ended, root, number), sealed);
    packer = history::Packer(root);
    sealed = {};
  }
  return found.size();
}

void Partition::keep_sealed(const std::string& key, const rows::Sealed& sealed) {
  put(Table::Sealed, key, sealed);
  const Instant day = sealed_keys::day(key);
  if (!oldest_sealed_ || day < *oldest_sealed_) oldest_sealed_ = day;
  if (key < drop_from_) drop_from_ = key;
  meta_.dropped_before = std::min(meta_.dropped_before, day);
}

// ---------------------------------------------------------------- dropping

bool Partition::is_to_be_dropped(Instant day) const {
  const auto& keep = state_.options.keep_history;
  return keep && day + kDay <= now_ - *keep;
}

// A few rows every few milliseconds, so that whoever waits for other things does not notice. Until then no
// timer waits for it: the first drain of a day finds that it is time.
bool Partition::drop_some() {
  if (!oldest_sealed_ || !is_to_be_dropped(*oldest_sealed_) || (drop_at_ && now_ < *drop_at_)) return false;
  drop_oldest();
  drop_at_.reset();
  if (oldest_sealed_ && is_to_be_dropped(*oldest_sealed_)) drop_at_ = now_ + kDropEvery;
  return true;
}

void Partition::drop_oldest() {
  const auto oldest = overlay_.collect(Table::Sealed, {}, kDroppedAtOnce, drop_from_);
  for (const auto& [key, bytes] : oldest) {
    const Instant day = sealed_keys::day(key);
    const uint64_t root = sealed_keys::root(key);
    oldest_sealed_ = meta_.dropped_before = day;
    if (!is_to_be_dropped(day) || to_seal_.contains(root)) return;  // the rest of it comes first
    drop_family(root, day);
    for (const uint64_t task : rows::decode<rows::Sealed>(bytes).tasks)
      overlay_.erase(Table::Task, "c" + rows::big_endian(task));
    overlay_.erase(Table::Sealed, key);
    drop_from_ = key + '\0';
  }
  if (oldest.size() < kDroppedAtOnce) oldest_sealed_.reset();
}

// Of a long history the first row takes the family along.
void Partition::drop_family(uint64_t root, Instant day) {
  const auto whole = family(root);
  if (!whole) return;
  CHECK(whole->has_ended() && sealed_keys::day_of(whole->ended) == day);
  const std::string key = rows::workflow_key(whole->workflow, whole->key);
  const auto known = find<rows::Key>(Table::Key, key);
  if (known && known->instance == root) overlay_.erase(Table::Key, key);
  overlay_.erase(Table::Instance, rows::pair_key(root, 0));
  ++state_.counters.instances_dropped;
}

}  // namespace endcap
