// Routes and syncs and their items, from their coming to their end. Each is in one state at a time: it waits,
// is on its way, or is held; once it is done nothing is left of it but a count. What waits is on disk only.
#include "runtime/engine/carry.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/abi/shape.h"
#include "runtime/engine/partition.h"
#include "runtime/engine/views.h"

namespace endcap {
namespace {

using Purpose = rows::Pending::Purpose;
using ItemStage = rows::Carried::Stage;

constexpr size_t kBegunPerDrain = 1024;  // and looked at: what is skipped or the same ends at once
constexpr size_t kLetGoAtOnce = 256;

}  // namespace

// ---------------------------------------------------------------- those of this program

// Reads only: what is to be done about the items is done by the first drains.
void Partition::load_carriers() {
  const auto at_home = [&](const std::string& name) {
    return partition_of_key(name, state_.options.partitions) == number_;
  };
  const auto runs = [&](const std::string& name) {
    return at_home(name) && (!state_.options.carriers || state_.options.carriers->contains(name));
  };
  for (const abi::Route& each : program().routes) {
    if (runs(each.name)) carriers_[each.name] = {.delivery = &each.delivery, .route = &each};
  }
  for (const abi::Sync& each : program().syncs) {
    if (runs(each.name)) carriers_[each.name] = {.delivery = &each.delivery, .sync = &each};
  }
  carriers_taken_ = carriers_.empty() && overlay_.collect(Table::Carried, "s", 1).empty();
}

bool Partition::carriers_have_work() const {
  return !carriers_taken_ || !foreign_calls_.empty() || !gone_carriers_.empty() || !refill_carriers_.empty();
}

// Once a process, at the time of its first drain; what is a matter of many items takes several.
bool Partition::take_carriers() {
  const bool has_work = !carriers_taken_ || !foreign_calls_.empty() || !gone_carriers_.empty();
  if (!std::exchange(carriers_taken_, true)) {
    meet_carriers();
    for (const auto& [name, carrying] : carriers_) declare(name, carrying);
  }
  for (; !foreign_calls_.empty() && !overlay_.full(); foreign_calls_.pop_front())
    begin_anew(foreign_calls_.front());
  while (foreign_calls_.empty() && !gone_carriers_.empty() && !overlay_.full()) {
    auto row = carrier(*gone_carriers_.begin());
    if (let_go(row)) gone_carriers_.erase(gone_carriers_.begin());
  }
  return has_work;
}

// Those that were there before. One that is gone lets go of its items; one that does not run keeps them.
void Partition::meet_carriers() {
  for (const auto& [key, value] : overlay_.collect(Table::Carried, "s")) {
    auto row = rows::decode<rows::Carrier>(value);
    if (carriers_.contains(row.name)) continue;
    unschedule(row.timer);
    row.timer.clear();
    row.away = true;
    if (!is_declared(row.name)) {
      forget_reconciliation(row);
      gone_carriers_.insert(row.name);
    }
    put(row);
  }
}

bool Partition::is_declared(const std::string& name) const {
  return std::ranges::find(program().routes, name, &abi::Route::name) != program().routes.end() ||
         std::ranges::find(program().syncs, name, &abi::Sync::name) != program().syncs.end();
}

// "retail.estate.Article id: ArticleId": what the keys that are listed mean.
std::string Partition::entities_of(const abi::Sync& sync) const {
  const abi::View& view = program().views[sync.view];
  std::string text = view.name;
  for (const uint32_t field : view.key) {
    const abi::Field& key = types()[view.record].fields[field];
    text += fmt::format(" {}: {}", key.name, abi::type_text(types(), key.type));
  }
  return text;
}

void Partition::declare(const std::string& name, const Carrying& carrying) {
  auto found = find<rows::Carrier>(Table::Carried, carry_keys::carrier(name));
  rows::Carrier row = found ? std::move(*found) : rows::Carrier{};
  const abi::Operation& operation = program().operations[carrying.delivery->operation];
  const bool was_sync = found && row.kind == rows::Carrier::Kind::Sync;
  const std::string entities = carrying.sync != nullptr ? entities_of(*carrying.sync) : std::string();
  const bool anew = !was_sync || row.away || row.entities != entities;
  if (was_sync && anew) forget_reconciliation(row);
  row.away = false;
  row.entities = entities;
  row.name = name;
  row.kind = carrying.sync != nullptr ? rows::Carrier::Kind::Sync : rows::Carrier::Kind::Route;
  row.operation = operation.name;
  row.system = program().systems[operation.system].name;
  row.owner = operation.owner;
  if (!found) row.since = now_;
  if (carrying.sync != nullptr) {
    if (anew) begin_reconciliation(row, *carrying.sync);
    const bool is_due = row.next != 0 && row.next <= now_;
    if (!is_due) set_next(row, *carrying.sync, now_);
    if (is_due && row.timer.empty()) time_reconciliation(row);
  }
  put(row);
  refill_carriers_.insert(name);
}

rows::Carrier Partition::carrier(const std::string& name) {
  auto row = find<rows::Carrier>(Table::Carried, carry_keys::carrier(name));
  CHECK(row.has_value());
  return std::move(*row);
}

bool Partition::is_foreign(const rows::Pending& call) const {
  return call.is_carried() && (call.program != program().hash || !carriers_.contains(call.carrier));
}

// The call was opened by another program, whose numbers mean nothing here: its item waits again, in front,
// and whether the call has happened stays open.
void Partition::begin_anew(uint64_t number) {
  auto row = call(number);
  CHECK(row.has_value());
  unschedule(row->timer);
  overlay_.erase(Table::Pending, rows::big_endian(number));
  auto of = carrier(row->carrier);
  if (row->item == 0) {
    if (row->number != of.listing_call) return;  // declared anew, it has begun another one
    of.listing = of.running = false;
    const auto found = carriers_.find(of.name);
    if (found != carriers_.end() && found->second.sync != nullptr)
      begin_reconciliation(of, *found->second.sync);
    return put(of);
  }
  auto item = item_on_its_way(row->item);
  CHECK(item.has_value());
  if (row->purpose == Purpose::Carry && (row->maybe_done || row->stage == rows::Pending::Stage::Sent)) {
    item->maybe_done = true;
    item->until = row->deadline + settle_of(of.system);
  }
  overlay_.erase(Table::Carried, carry_keys::on_its_way(item->number));
  --of.on_their_way;
  queue(of, std::move(*item));
  put(of);
}

// False: there is more to let go of.
bool Partition::let_go(rows::Carrier& row) {
  const std::string reason = fmt::format("there is no {} {} any more",
                                         row.kind == rows::Carrier::Kind::Sync ? "sync" : "route", row.name);
  for (const auto& [key, value] :
       overlay_.collect(Table::Carried, carry_keys::waiting_of(row.name), kLetGoAtOnce)) {
    overlay_.erase(Table::Carried, key);
    --row.waiting, ++row.on_their_way;
    auto item = rows::decode<rows::Carried>(value);
    item.again = false;
    hold_item(row, std::move(item), reason);
  }
  put(row);
  if (row.has_nothing()) overlay_.erase(Table::Carried, carry_keys::carrier(row.name));
  return row.waiting == 0;
}

// ---------------------------------------------------------------- their turn

// `parallel N`: so many are on their way at once, and the others wait in the order in which they came.
void Partition::admit(rows::Carrier& row, rows::Carried item) {
  const auto found = carriers_.find(row.name);
  const bool has_room = found != carriers_.end() && row.waiting == 0 &&
                        row.on_their_way < found->second.delivery->parallel && !overlay_.full();
  if (!has_room) return queue(row, std::move(item));
  ++row.on_their_way;
  begin(row, std::move(item));
}

void Partition::queue(rows::Carrier& row, rows::Carried item) {
  item.stage = ItemStage::None;
  item.record.clear();
  ++row.waiting;
  put(Table::Carried, carry_keys::waiting(row.name, item.number), item);
  const auto found = carriers_.find(row.name);
  if (found == carriers_.end()) return;
  found->second.first_waiting = std::min(found->second.first_waiting, item.number);
  refill_carriers_.insert(row.name);
}

bool Partition::fill_carriers() {
  size_t budget = kBegunPerDrain;
  bool did = false;
  for (const std::string& name : std::set<std::string>(refill_carriers_)) {
    const auto found = carriers_.find(name);
    bool more = false;
    if (found != carriers_.end()) {
      const size_t before = budget;
      auto row = carrier(name);
      more = fill(row, found->second, budget);
      if (budget != before) put(row);
      did = did || budget != before;
    }
    if (!more) refill_carriers_.erase(name);
  }
  return did;
}

// What waits comes before what a reconciliation has listed. True: there is more to begin, in the next drain.
bool Partition::fill(rows::Carrier& row, Carrying& carrying, size_t& budget) {
  while (row.on_their_way < carrying.delivery->parallel) {
    if (budget == 0 || overlay_.full()) return row.waiting > 0 || row.running;
    if (row.waiting > 0) {
      const auto next = overlay_.collect(Table::Carried, carry_keys::waiting_of(row.name), 1,
                                         carry_keys::waiting(row.name, carrying.first_waiting));
      CHECK(!next.empty() || !overlay_.failure().empty());
      if (next.empty()) return false;
      auto item = rows::decode<rows::Carried>(next.front().second);
      overlay_.erase(Table::Carried, next.front().first);
      carrying.first_waiting = item.number;
      --row.waiting, ++row.on_their_way;
      begin(row, std::move(item));
    } else {
      const auto key = next_listed(row, carrying);
      if (!key) return false;
      has_changed(row, *key, true);
      reconciled(row);
    }
    --budget;
  }
  return false;
}

void Partition::begin(rows::Carrier& row, rows::Carried item) {
  const Carrying& carrying = carriers_.at(row.name);
  carrying.sync != nullptr ? read_entity(row, std::move(item)) : carry_message(row, std::move(item));
}

void Partition::end_item(rows::Carrier& row, const rows::Carried& item, CarryEnd end) {
  overlay_.erase(Table::Carried, carry_keys::on_its_way(item.number));
  --row.on_their_way;
  const auto count = [&](uint64_t& of_all, uint64_t& of_run, uint64_t& since_start) {
    ++of_all, ++since_start;
    if (item.reconciles) ++of_run;
  };
  switch (end) {
    case CarryEnd::Carried:
      count(row.carried, row.run.carried, state_.counters.carried);
      break;
    case CarryEnd::Skipped:
      count(row.skipped, row.run.skipped, state_.counters.carried_skipped);
      break;
    case CarryEnd::Same:
      count(row.same, row.run.same, state_.counters.carried_same);
      break;
  }
  refill_carriers_.insert(row.name);
  if (row.kind == rows::Carrier::Kind::Sync) entity_done(row, item);
}

void Partition::hold_item(rows::Carrier& row, rows::Carried item, const std::string& reason) {
  overlay_.erase(Table::Carried, carry_keys::on_its_way(item.number));
  --row.on_their_way;
  refill_carriers_.insert(row.name);
  if (!item.maybe_done) ++item.round;
  if (std::exchange(item.again, false)) return queue(row, std::move(item));  // it is not as it was
  if (std::exchange(item.reconciles, false)) {
    ++row.run.held;
    if (row.open > 0) --row.open;
    reconciled(row);
  }
  item.stage = ItemStage::None;
  item.record.clear();
  item.held = now_;
  item.reason = reason;
  ++row.held;
  ++state_.counters.carried_held;
  put(Table::Carried, carry_keys::held(item.number), item);
  HeldNow& now = held_now_[row.name];
  if (now.count++ == 0) now.first = item.number, now.reason = reason;
}

// One line of the log for each route or sync and record, however many are held in it.
void Partition::tell_held() {
  for (const auto& [name, now] : std::exchange(held_now_, {})) {
    notice(now.count == 1 ? fmt::format("{}: item {} is held: {}", name, now.first, now.reason)
                          : fmt::format("{}: {} items are held, the first of them item {}: {}", name,
                                        now.count, now.first, now.reason));
  }
}

void Partition::notice(std::string line) {
  answers_.push_back([this, line = std::move(line)] {
    if (!failure_of_waiting_) state_.notices.push_back(line);
  });
}

}  // namespace endcap
