// Money adds up: what budgets let through, over all partitions.
#include "runtime/engine/rows.h"
#include "runtime/engine/views.h"
#include "tests/sim/promise.h"
#include "tests/sim/promises.h"

namespace endcap::test {
namespace {

struct Spent {
  int64_t used = 0;  // as its account says
  int64_t told = 0;  // as the histories of those who were given some say
  uint64_t grants = 0, tellings = 0;
  bool all_told = true;  // nobody of it had ended when the answer came
};
using Accounts = std::map<std::string, Spent>;  // by campaign

// Each stands once, where it is at home.
void read_accounts(Lived& lived, Accounts& accounts) {
  const uint16_t partitions = lived.world.options.partitions;
  for (PartitionId partition = 0; partition < partitions; ++partition) {
    const auto add = [&](std::string_view key, std::string_view value) -> bool {
      const std::string campaign(key.substr(key.find('\0') + 1));
      const auto account = rows::decode<rows::Account>(value);
      require(partition_of_key(key, partitions) == partition, "the account of {} stands in partition {}",
              campaign, partition);
      accounts[campaign].used += static_cast<int64_t>(account.used);
      accounts[campaign].grants += account.grants;
      return true;
    };
    require(lived.world.store().scan(partition, Table::Account, "", "", add).has_value(),
            "the store can't be read");
  }
}

}  // namespace

// Whoever spends, wherever and however often it was asked: what was let through without a person was counted
// before, no campaign got more than its budget, and its account says how much.
void check_money(Lived& lived) {
  Accounts accounts;
  read_accounts(lived, accounts);
  for (const Wish& wish : lived.wishes) {
    if (wish.workflow != "Spend") continue;
    const uint64_t id = (*wish.reply)["id"];
    std::map<uint64_t, int64_t> by_task;
    for (const Json& each : lived.histories.of(id, "reserved")) {
      Spent& spent = accounts[each["for"]];
      spent.told += each["amount"].get<int64_t>();
      ++spent.tellings;
      by_task[each["task"]] += each["amount"].get<int64_t>();
      require(each["used"].get<int64_t>() <= each["limit"].get<int64_t>(), "beyond its limit: {}", each);
    }
    for (const Json& each : lived.histories.of(id, "permitted")) {
      const Json& facts = each["proposals"][0]["facts"];
      const int64_t needed = each["leaves"].get<int64_t>() * facts["cost"].get<int64_t>();
      require(by_task[each["task"]] >= needed, "{} was let through for more than was counted", wish.id);
    }
    if (lived.histories.count(id, "ending") > 0) {
      const size_t from = wish.id.find('/') + 1;
      accounts[wish.id.substr(from, wish.id.find('/', from) - from)].all_told = false;
    }
  }
  for (const auto& [campaign, spent] : accounts) {
    require(spent.used <= kBudget, "{} got {} of {}", campaign, spent.used, kBudget);
    require(spent.told <= spent.used && spent.tellings <= spent.grants, "{} got {} and {} was counted",
            campaign, spent.told, spent.used);
    require(!spent.all_told || (spent.told == spent.used && spent.tellings == spent.grants),
            "of {} {} was counted in {} grants, and {} is told of in {}", campaign, spent.used, spent.grants,
            spent.told, spent.tellings);
  }
}

}  // namespace endcap::test
