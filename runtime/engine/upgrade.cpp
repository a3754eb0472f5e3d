// Live instances of another program: which there are, what would become of them, and moving them, one family
// a record. What is alive is an index of its own, so that this costs what lives and not what ever ran.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/engine/partition.h"
#include "runtime/engine/program_tables.h"

namespace endcap {
namespace {

std::string program_key(const std::string& hash) { return "program" + hash; }
std::string live_key(uint64_t root) { return "live" + rows::big_endian(root); }

}  // namespace

// ---------------------------------------------------------------- who lives, and by which program

void Partition::count_live(const std::string& hash, int64_t change) {
  auto& live = meta_.live;
  auto found = std::ranges::find(live, hash, &rows::Live::program);
  if (found == live.end()) found = live.insert(live.end(), {hash, 0});
  found->count += static_cast<uint64_t>(change);
  if (found->count == 0) live.erase(found);
}

void Partition::family_lives(uint64_t root) {
  keep_program();
  count_live(program().hash, 1);
  overlay_.put(Table::Meta, live_key(root), "");
}

void Partition::family_ended(uint64_t root) {
  count_live(program().hash, -1);
  overlay_.erase(Table::Meta, live_key(root));
}

std::vector<uint64_t> Partition::live_families() {
  std::vector<uint64_t> roots;
  for (const auto& [key, value] : overlay_.collect(Table::Meta, "live"))
    roots.push_back(rows::from_big_endian(std::string_view(key).substr(4)));
  return roots;
}

// The tables of the program that runs stay until another one takes over: the first instance writes them.
void Partition::keep_program() {
  if (program_kept_) return;
  program_kept_ = true;
  overlay_.put(Table::Meta, program_key(program().hash), encode_program(program()));
}

void Partition::drop_programs() {
  for (const auto& [key, value] : overlay_.collect(Table::Meta, "program")) {
    const std::string hash = key.substr(program_key("").size());
    const bool needed = std::ranges::find(meta_.live, hash, &rows::Live::program) != meta_.live.end();
    if (!needed && hash != program().hash) overlay_.erase(Table::Meta, key);
  }
}

std::optional<abi::Program> Partition::kept_program(const std::string& hash) {
  const auto bytes = overlay_.get(Table::Meta, program_key(hash));
  return bytes ? std::optional(decode_program(*bytes)) : std::nullopt;
}

std::vector<rows::Live> Partition::foreign() const {
  std::vector<rows::Live> others;
  for (const rows::Live& live : meta_.live) {
    if (live.program != program().hash && live.count > 0) others.push_back(live);
  }
  return others;
}

// ---------------------------------------------------------------- the plan

std::expected<UpgradePlan, EngineError> Partition::plan_upgrade(const KnownPrograms& known) {
  UpgradePlan plan;
  const RowsByFamily index = rows_by_family(overlay_);
  uint64_t sequence = meta_.next_sequence, found = 0;
  for (const uint64_t root : live_families()) {
    const auto whole = family(root);
    if (!whole) break;
    if (whole->program == program().hash) {
      ++found, ++plan.unmoved;
      continue;
    }
    const auto before = known.find(whole->program);
    if (before == known.end()) break;
    FamilyUpgrade upgrade(overlay_, index, before->second, program(), *whole, now_);
    upgrade.run(sequence);
    plan.add(upgrade.plan());
    ++found;
  }
  if (!overlay_.failure().empty()) return std::unexpected(EngineError{overlay_.failure()});
  uint64_t counted = 0;
  for (const rows::Live& live : meta_.live) counted += live.count;
  if (counted != found) {
    return std::unexpected(EngineError{
        fmt::format("partition {} counts {} live instances and finds {}", number_, counted, found)});
  }
  return plan;
}

// ---------------------------------------------------------------- moving

// Reads of facts belong to no family alone, and what is read again for instances that were moved before is no
// answer to their waits. They are taken back, and read under whichever program goes on.
void Partition::begin_upgrade() {
  for (const auto& [key, value] : overlay_.collect(Table::Pending, {})) {
    auto row = rows::decode<rows::Pending>(value);
    if (row.purpose == rows::Pending::Purpose::Recheck) {
      unschedule(row.timer);
      overlay_.erase(Table::Pending, key);
    } else if (row.purpose == rows::Pending::Purpose::Reread) {
      unschedule(row.timer);
      overlay_.erase(Table::Pending, key);
      schedule(now_, {rows::Timer::Kind::RereadBegins, row.root, row.instance});
    } else if (row.stage == rows::Pending::Stage::Rechecking) {
      row.stage = rows::Pending::Stage::Backoff;
      row.rechecks = 0;
      row.facts.clear();
      row.timer = schedule(now_, {rows::Timer::Kind::CallRetries, row.root, row.number});
      put_call(row);
    }
  }
  if (overlay_.dirty()) commit();
  upgrade_index_ = rows_by_family(overlay_);
  for (const uint64_t root : live_families()) upgrade_waiting_.push_back(root);
}

bool Partition::upgrade_some(const KnownPrograms& known, size_t families) {
  for (; families > 0 && !upgrade_waiting_.empty(); upgrade_waiting_.pop_front()) {
    auto whole = family(upgrade_waiting_.front());
    if (!whole || whole->program == program().hash) continue;  // moved before a crash
    move_family(known, std::move(*whole));
    --families;
  }
  if (!upgrade_waiting_.empty()) return true;
  upgrade_index_ = {};
  drop_programs();
  if (overlay_.dirty()) commit();
  return false;
}

void Partition::move_family(const KnownPrograms& known, rows::Family whole) {
  FamilyUpgrade upgrade(overlay_, upgrade_index_, known.at(whole.program), program(), whole, now_);
  upgrade.run(meta_.next_sequence);
  CHECK(!upgrade.plan().strands());  // the plan has seen the same rows
  for (RowOperation& change : upgrade.take_changes()) {
    if (change.value) {
      overlay_.put(change.table, std::move(change.key), std::move(*change.value));
    } else {
      overlay_.erase(change.table, std::move(change.key));
    }
  }
  keep_program();
  count_live(whole.program, -1);
  count_live(program().hash, 1);
  const auto moved = family(whole.root);
  note(whole.root, "upgraded", whole.root, "", "",
       {{"from", whole.version},
        {"to", moved->version},
        {"programBefore", abi::hex(whole.program).substr(0, 16)},
        {"program", abi::hex(program().hash).substr(0, 16)}});
  commit();
}

}  // namespace endcap
