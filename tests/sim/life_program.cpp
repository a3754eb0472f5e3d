// What a simulated life is lived with: the retail program, partners and a schedule on top of it.
#include "compiler/ir/upgrade.h"
#include "tests/sim/life.h"
#include "tests/unit/runtime/engine/renumbered.h"

namespace endcap::test {

Life::Life(const LifeOptions& options)
    : options_(options),
      choices_(options.seed),
      retail_(RetailOptions{.write = strategy(),
                            .parallel = 1 + static_cast<uint32_t>(roll(4)),
                            .by_line = true,
                            .counter = true}),
      online_(retail_, static_cast<abi::Strategy>(roll(3)), 1 + static_cast<uint32_t>(roll(4))),
      world_(
          retail_.program(), [this](const CallRequest& request) { return answer(request); },
          static_cast<uint16_t>(1 + roll(4)), options.seed),
      trace_(options.trace, step_, world_.now),
      estate_(retail_, choices_, calm_, trace_),
      online_life_(online_, world_, choices_, calm_, trace_),
      people_(world_, estate_, choices_, trace_),
      wishes_(world_, estate_, choices_, trace_),
      clock_(world_.now) {
  world_.options.people = retail_people();
  world_.options.scopes = retail_scopes();
  const Instant from = kMonday + static_cast<Instant>(roll(10)) * kDay;
  const Absence first{"fin", from, from + 2 * kDay, "cora"},
      again{"fin", from + 4 * kDay, from + 5 * kDay, "chief"};
  world_.options.absences = {first, again, {"chief", from + 3 * kDay, from + 6 * kDay, "cora"}};
  world_.options.attempts["erp"] = 3;
  world_.time_comes = [this](Instant time) { return clock_.comes(time); };
  if (one_in(2)) world_.runs_ahead = [this] { return one_in(3); };
  if (one_in(2)) world_.options.record_bytes_max = 200 + roll(4000);  // most drains take several records
  world_.segment_bytes = uint64_t{16 << 10} << roll(5);
  if (one_in(2)) world_.store().flush_every(1 + roll(20));
  world_.options.upgrade = [this](const abi::Program& before, const abi::Program& after) {
    const auto [known, fresh] = upgrades_.try_emplace({before.hash, after.hash}, abi::Upgrade{});
    if (fresh) known->second = ir::plan_upgrade(before, after);
    return std::expected<abi::Upgrade, std::string>(known->second);
  };
  let_partners_in();
  schedule_mornings();
  renumbered_ = renumbered(retail_.program());
}

// A partner begins a Hear of its own, and sends cancellations.
void Life::let_partners_in() {
  using What = abi::Interface::Operation::What;
  abi::Program& program = *retail_.program();
  const auto hear = static_cast<uint32_t>(program.find_workflow("Hear") - program.workflows.data());
  abi::Interface offers;
  offers.name = "Offers";
  offers.operations = {{"begin", retail_.payload_id, 0, What::Starts, hear, {{0, {}}}},
                       {"cancel", retail_.payload_id, {}, What::Sends, 0, {{0, {}}}}};
  program.partners = {{"Market", retail_.build.text}};
  program.interfaces = {offers};
  world_.options.partners["Market"]["acme"] = {"*"};
}

// Every morning at six, Do with the day for its key.
void Life::schedule_mornings() {
  abi::Schedule schedule;
  schedule.name = "test.Mornings";
  abi::Program& program = *retail_.program();
  schedule.workflow = static_cast<uint32_t>(program.find_workflow("Do") - program.workflows.data());
  schedule.rule.at = 6 * 3600;
  schedule.starts_late = one_in(2);
  schedule.arguments = {{abi::Schedule::Argument::What::Day, {}}};
  program.schedules.push_back(schedule);
}

}  // namespace endcap::test
