// A family's rows in an order in which each finds what it rests on: waits before the calls they wait for, and
// all that can hold a grant before the approvals.
#include "runtime/engine/family_upgrade.h"

#include <algorithm>

namespace endcap {

RowsByFamily rows_by_family(Overlay& overlay) {
  RowsByFamily found;
  for (auto& [key, value] : overlay.collect(Table::Pending, {})) {
    const auto row = rows::decode<rows::Pending>(value);
    // Facts, and what is owed to instances, are read again under the new program; what is carried begins
    // anew.
    const bool begins_anew = row.purpose == rows::Pending::Purpose::Recheck ||
                             row.purpose == rows::Pending::Purpose::Reread || row.is_carried();
    if (!begins_anew) found.calls[row.root].emplace_back(key, std::move(value));
  }
  for (auto& [key, value] : overlay.collect(Table::Task, "o")) {
    const uint64_t root = rows::decode<rows::Task>(key, value).root;
    found.open_tasks[root].emplace_back(key, std::move(value));
  }
  return found;
}

FamilyUpgrade::FamilyUpgrade(Overlay& overlay, const RowsByFamily& index, const KnownProgram& before,
                             const abi::Program& after, const rows::Family& family, Instant now)
    : overlay_(overlay),
      index_(index),
      after_(after),
      family_(family),
      now_(now),
      t_{before.tables, after, before.upgrade} {
  const auto& workflows = before.tables.workflows;
  const auto found = std::ranges::find(workflows, family.workflow, &abi::Workflow::name);
  CHECK(found != workflows.end());
  t_.workflow = static_cast<uint32_t>(found - workflows.begin());
  t_.new_workflow = before.upgrade.workflows.at(t_.workflow);
}

void FamilyUpgrade::run(uint64_t& next_sequence) {
  plan_.families = 1;
  instances(next_sequence);
  groups();
  calls();
  tasks();
  undos();
  translate(t_, family_);
  changed(Table::Instance, rows::pair_key(family_.root, 0), family_);
}

UpgradePlan::Stand& FamilyUpgrade::stand(const std::string& path) {
  UpgradePlan::Stand& found =
      plan_.stands[{family_.workflow, t_.before.workflows[t_.workflow].version, path}];
  if (t_.new_workflow != abi::kGone) found.new_version = after_.workflows[t_.new_workflow].version;
  return found;
}

void FamilyUpgrade::tell(const std::string& path) {
  if (t_.obstacles.empty()) return;
  UpgradePlan::Stand& at = stand(path);
  if (at.count == 0) at.count = 1;  // nothing stands there, but a row of it is needed
  std::ranges::sort(t_.obstacles);
  const auto rest = std::ranges::unique(t_.obstacles);
  t_.obstacles.erase(rest.begin(), rest.end());
  for (const abi::Obstacle& obstacle : t_.obstacles) ++at.obstacles[obstacle];
  t_.obstacles.clear();
}

std::string FamilyUpgrade::path_of(uint32_t machine, uint32_t state) const {
  const abi::Machine& described = t_.before.machines.at(machine);
  const std::string& path = described.states.at(state).path;
  if (!path.empty()) return path;
  const size_t slash = described.name.find('/');
  return slash == std::string::npos ? "(start)" : described.name.substr(slash + 1) + " (start)";
}

void FamilyUpgrade::instances(uint64_t& next_sequence) {
  for (const auto& [key, value] : overlay_.collect(Table::Instance, rows::big_endian(family_.root))) {
    if (rows::from_big_endian(std::string_view(key).substr(8)) == 0) continue;  // the family itself
    const auto before = rows::decode<rows::Instance>(key, value);
    rows::Instance row = before;
    const std::string path = path_of(row.machine, row.state);
    ++instances_;
    translate(t_, row);
    UpgradePlan::Stand& at = stand(path);
    ++at.count;
    if (t_.obstacles.empty()) {
      at.now = path;
      t_.rename(at.now);
      subscriptions(row, before, next_sequence);
    }
    tell(path);
    changed(Table::Instance, key, row);
  }
}

// What the wait hears, and what the scopes around it do.
void FamilyUpgrade::subscriptions(rows::Instance& row, const rows::Instance& before,
                                  uint64_t& next_sequence) {
  resubscribe_all(row.subscriptions);
  resubscribe_all(row.scopes);
  const abi::PointUpgrade& point = t_.point(before.machine, before.state);
  if (row.status != rows::Instance::Status::Waiting) return;
  for (const uint32_t index : point.fresh_events) {
    const abi::Subscription& event = after_.machines[row.machine].states[row.state].events.at(index);
    rows::Subscription fresh;
    fresh.root = row.root;
    fresh.instance = row.number;
    fresh.index = index;
    fresh.machine = row.machine;
    fresh.state = row.state;
    fresh.since = now_;
    fresh.born = next_sequence++;
    std::string key = rows::subscription_prefix(after_.events[event.event].name, 0, "") +
                      rows::pair_key(row.root, row.number) + rows::pair_key(row.state, index);
    changed(Table::Subscription, key, fresh);
    row.subscriptions.push_back(std::move(key));
  }
}

void FamilyUpgrade::resubscribe_all(std::vector<std::string>& keys) {
  std::vector<std::string> kept;
  std::vector<RowOperation> fresh;
  for (const std::string& key : keys) {
    const auto bytes = overlay_.get(Table::Subscription, key);
    if (!bytes) continue;
    const auto before = rows::decode<rows::Subscription>(*bytes);
    rows::Subscription row = before;
    translate(t_, row);
    if (!t_.obstacles.empty()) {
      tell(path_of(before.machine, before.state));
      continue;
    }
    changes_.push_back({Table::Subscription, key, std::nullopt});
    if (row.index == abi::kGone) continue;  // not heard any more
    kept.push_back(resubscribe(t_, key, before, row));
    fresh.push_back({Table::Subscription, kept.back(), rows::encode(row)});
  }
  // After the old ones are gone: a new key may be an old key of another.
  std::ranges::move(fresh, std::back_inserter(changes_));
  keys = std::move(kept);
}

void FamilyUpgrade::groups() {
  std::optional<rows::Group> before;
  for (const auto& [key, value] : overlay_.collect(Table::Group, rows::big_endian(family_.root))) {
    if (key.size() == 16) {
      before = rows::decode<rows::Group>(value);
      rows::Group row = *before;
      translate(t_, row);
      changed(Table::Group, key, row);
      continue;
    }
    CHECK(before.has_value());  // what belongs to a group stands right behind it
    if (key[16] == 'm') {
      if (before->looks()) changes_.push_back({Table::Group, key, std::nullopt});
      continue;
    }
    auto input = rows::decode<rows::GroupInput>(value);
    t_.group = &*before;
    translate(t_, input);
    tell(path_of(before->machine, before->state));
    changed(Table::Group, key, input);
  }
}

void FamilyUpgrade::calls() {
  const auto found = index_.calls.find(family_.root);
  if (found == index_.calls.end()) return;
  for (const auto& [key, value] : found->second) {
    auto row = rows::decode<rows::Pending>(value);
    const std::string path = row.path;
    translate(t_, row);
    tell(path);
    changed(Table::Pending, key, row);
  }
}

void FamilyUpgrade::tasks() {
  std::map<std::string, rows::Task> all;  // by key
  if (const auto open = index_.open_tasks.find(family_.root); open != index_.open_tasks.end()) {
    for (const auto& [key, value] : open->second) all.emplace(key, rows::decode<rows::Task>(key, value));
  }
  for (const auto& [key, task] : all) {
    t_.held.insert(task.number);
    if (task.of != 0) t_.held.insert(task.of);
  }
  const auto leaves = overlay_.collect(Table::Leaf, rows::big_endian(family_.root));
  const auto add = [&](uint64_t number) {
    const std::string key = "c" + rows::big_endian(number);
    if (all.contains(key)) return;
    if (auto bytes = overlay_.get(Table::Task, key)) all.emplace(key, rows::decode<rows::Task>(key, *bytes));
  };
  std::set<uint64_t> numbers;
  for (const auto& [key, value] : leaves) {
    numbers.insert(rows::from_big_endian(std::string_view(key).substr(8)));
    numbers.insert(rows::decode<rows::Leaf>(value).granted_by);
  }
  for (const uint64_t number : numbers) add(number);
  std::vector<uint64_t> asked;
  for (const auto& [key, task] : all) asked.insert(asked.end(), task.asks.begin(), task.asks.end());
  for (const uint64_t number : asked) add(number);

  std::set<uint64_t> empty_handed;  // approvals whose operations have changed, and under which nobody writes
  for (auto& [key, row] : all) {
    const std::string path = row.path;
    translate(t_, row);
    tell(path);
    const auto gone = [](const rows::Proposal& each) { return each.operation == abi::kGone; };
    if (!t_.held.contains(row.number) && std::ranges::any_of(row.proposals, gone))
      empty_handed.insert(row.number);
    changed(Table::Task, key, row);
  }
  for (const auto& [key, value] : leaves) {
    auto leaf = rows::decode<rows::Leaf>(value);
    translate(t_, leaf);
    if (leaf.state != rows::Leaf::State::Open) continue;
    if (!empty_handed.contains(rows::from_big_endian(std::string_view(key).substr(8)))) continue;
    leaf.state = rows::Leaf::State::Void;
    changed(Table::Leaf, key, leaf);
  }
}

void FamilyUpgrade::undos() {
  for (const auto& [key, value] : overlay_.collect(Table::Undo, rows::big_endian(family_.root))) {
    auto row = rows::decode<rows::Undo>(value);
    const std::string path = row.path;
    translate(t_, row);
    tell(path);
    changed(Table::Undo, key, row);
  }
}

}  // namespace endcap
