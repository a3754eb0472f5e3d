// A seeded simulation of the engine on its log and store: launches, waits and fan-outs of many promotions,
// people who decide twice, events that come twice, exceptions that several raise, a system that commits and
// then times out, a schedule that comes round every morning, partners that call, a route and a sync
// (online_life.h), and crashes at any step, deploys of a program with other numbers among them. At the end
// every promise is checked.
//   sim_engine --seeds 300 --seconds 50    runs seeds 1 to 300, or as many as fit
//   sim_engine --seed 17                   replays one
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <set>
#include <stdexcept>

#include "compiler/ir/upgrade.h"
#include "runtime/engine/rows.h"
#include "tests/sim/online_life.h"
#include "tests/unit/runtime/engine/renumbered.h"
#include "tests/unit/runtime/engine/retail.h"

using namespace endcap;
using namespace endcap::test;

namespace {

using Kind = CallResult::Kind;

struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void require(bool condition, const std::string& what) {
  if (!condition) throw Failed(what);
}

constexpr const char* kWorkflows[] = {
    "Launch",   "Launch", "Launch", "Wait",  "Hear",  "Do",    "Count", "Both",  "Chain", "Nest",
    "Nest",     "Raise",  "Raise",  "Ask",   "Ask",   "Mend",  "Await", "Once",  "Late",  "Tolerant",
    "Tolerant", "Spread", "Spread", "Spend", "Spend", "Spend", "Spend", "Visit", "Sweep", "Sweep"};
// Raises and waits for the end.
constexpr std::string_view kWaiters[] = {"Ask", "Mend", "Await"};

// What a client wants and asks for again until it is answered.
struct Wish {
  enum class What { Start, Cancel, Reschedule, PartnerBegins, PartnerCancels } what = What::Start;
  std::string workflow, id, request;
  std::optional<Json> reply;
  bool sent = false;
};

class Simulation {
 public:
  explicit Simulation(uint64_t seed)
      : random_(seed),
        retail_(RetailOptions{.write = strategy(),
                              .parallel = 1 + static_cast<uint32_t>(roll(4)),
                              .by_line = true,
                              .counter = true}),
        online_(retail_, static_cast<abi::Strategy>(roll(3)), 1 + static_cast<uint32_t>(roll(4))),
        estate_(retail_),
        world_(
            retail_.program(),
            [this](const CallRequest& request) {
              return answer(in_first_numbers(request, *retail_.program()));
            },
            static_cast<uint16_t>(1 + roll(4)), seed),
        life_(online_, world_, random_, calm_) {
    world_.options.people = retail_people();
    world_.options.scopes = retail_scopes();
    const Instant from = kMonday + static_cast<Instant>(roll(10)) * kDay;
    const Absence first{"fin", from, from + 2 * kDay, "cora"},
        again{"fin", from + 4 * kDay, from + 5 * kDay, "chief"};
    world_.options.absences = {first, again, {"chief", from + 3 * kDay, from + 6 * kDay, "cora"}};
    world_.options.attempts["erp"] = 3;
    if (one_in(2)) world_.runs_ahead = [this] { return one_in(3); };
    if (one_in(2)) world_.options.record_bytes_max = 200 + roll(4000);  // most drains take several records
    world_.options.upgrade = [](const abi::Program& before, const abi::Program& after) {
      return std::expected<abi::Upgrade, std::string>(ir::plan_upgrade(before, after));
    };
    let_partners_in();
    schedule_mornings();
    estate_.stores.clear();
    for (uint64_t i = 0; i < 1 + roll(6); ++i) estate_.stores.push_back("S" + std::to_string(i + 1));
    for (const std::string& store : estate_.stores) {
      if (one_in(3)) out_.insert(store);
    }
  }

  void run() {
    world_.open();
    if (one_in(2)) world_.store().flush_every(1 + roll(20));
    make_wishes();
    for (int step = 0; step < 250; ++step) survive([&] { chaos(); });
    calm_ = true;
    world_.crash_now = nullptr;
    world_.disk().capacity(UINT64_MAX);
    end_carrying();
    end_mornings();
    settle_everything();
    check();
  }
  uint64_t crashes() const { return world_.crashes; }

 private:
  uint64_t roll(uint64_t sides) { return random_() % sides; }
  bool one_in(uint64_t sides) { return roll(sides) == 0; }
  abi::Strategy strategy() { return static_cast<abi::Strategy>(roll(4)); }

  // A partner begins a Hear of its own, and sends cancellations.
  void let_partners_in() {
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
  void schedule_mornings() {
    abi::Schedule schedule;
    schedule.name = "test.Mornings";
    abi::Program& program = *retail_.program();
    schedule.workflow = static_cast<uint32_t>(program.find_workflow("Do") - program.workflows.data());
    schedule.rule.at = 6 * 3600;
    schedule.starts_late = one_in(2);
    schedule.arguments = {{abi::Schedule::Argument::What::Day, {}}};
    program.schedules.push_back(schedule);
    renumbered_ = renumbered(retail_.program());
  }
  // It would go on for ever: what it has come to is kept, and a deploy takes it away.
  void end_mornings() {
    while (mornings_.is_null()) {
      survive([&] {
        world_.run();
        mornings_ = Json::parse(world_.engine().schedules().value()).at("schedules").at(0);
      });
    }
    world_.options.schedules.emplace();
    crash();
  }

  // It comes to rest with all that was told, and the next reconciliation finds what was not. Then it ends: it
  // would go on for ever.
  void end_carrying() {
    life_.calm_down();
    carry_on("what was told is not carried");
    world_.now += 3 * kMinute;  // what still arrives arrives
    life_.land();
    carry_on("it does not come to rest again");
    life_.check_told(require);
    const Json sync = Json::parse(world_.engine().routes().value()).at("syncs").at(0);
    const Instant next = instant_from_text(sync["reconciliation"]["next"].get<std::string>()).value();
    while (world_.now < next) survive([&] { world_.run_to(next); });  // a sync may still fail
    carry_on("it is not reconciled");
    life_.check_reconciled(require);
    world_.options.carriers.emplace();
    crash();
  }
  void carry_on(const char* what) {
    for (int round = 0; round < 2000; ++round) {
      survive([&] {
        for (OnlineLife::Told& event : life_.told()) {
          if (!event.accepted) life_.send(event);
        }
        life_.settle_held(true);
        while (!world_.open_calls.empty()) answer_late();
        world_.run();
      });
      if (life_.at_rest()) return;
      if (const auto due = world_.engine().next_due())
        survive([&] { world_.run_to(std::min(*due, world_.now + kMinute)); });
    }
    throw Failed(fmt::format("{}: {}", what, world_.engine().routes().value()));
  }

  void make_wishes() {
    const uint64_t count = 2 + roll(6);
    for (uint64_t i = 0; i < count; ++i) {
      const std::string id = "P-" + std::to_string(i + 1);
      const std::string workflow = kWorkflows[roll(std::size(kWorkflows))];
      const bool shortfall = workflow == "Raise" || workflow == "Ask";  // of few keys, so that some meet
      const std::string name = shortfall             ? fmt::format("{}/A/S{}/{}", id, roll(2), i)
                               : workflow == "Spend" ? fmt::format("{}/C{}/{}", id, roll(2), 1 + roll(4))
                               : workflow == "Sweep" ? sweeping(id)
                                                     : id;
      wishes_.push_back({Wish::What::Start, workflow, name, "r" + id, {}, false});
      costs_[id] = std::vector<int64_t>{5, 20, 20, 70, 200}[roll(5)];
      if (one_in(3)) wishes_.push_back({Wish::What::Cancel, "", id, "c" + id, {}, false});
      if (one_in(3)) wishes_.push_back({Wish::What::PartnerBegins, "", "Q-" + id, "b" + id, {}, false});
      if (one_in(3))
        wishes_.push_back({Wish::What::PartnerCancels, "", one_in(2) ? id : "Q-" + id, "a" + id, {}, false});
      if (one_in(3)) wishes_.push_back({Wish::What::Reschedule, "", id, "m" + id, {}, false});
    }
  }

  // Sometimes over in one go, sometimes in many; of some nothing matches, or there is nothing to look at.
  std::string sweeping(const std::string& id) {
    const uint64_t inner = std::vector<uint64_t>{1, 300, 20'000, 200'000}[roll(4)];
    const uint64_t outer = one_in(8) ? 0 : 1 + roll(inner == 1 ? 400 : inner == 300 ? 900 : 20);
    const uint64_t matching = roll(150);
    return fmt::format("{}/{}/{}/{}", id, outer, inner, matching == 0 ? 0 : 1 + outer * inner / matching);
  }

  // The other system: late, unclear, sometimes away; in calm weather it answers.
  std::optional<CallResult> answer(const CallRequest& request) {
    if (online_.is_about(request)) return life_.answer(request);
    land();
    const std::string line = estate_.line(request);
    const bool effectful = request.what == CallRequest::What::Operation && line.find("Stock") != 0;
    if (line == "promotion") estate_.cost = cost_of(request);
    if (!calm_ && one_in(12)) return CallResult{Kind::Unavailable};
    if (!calm_ && one_in(10)) {
      if (effectful) happens_perhaps(request, line, 9 * kSecond);
      return CallResult{Kind::Ambiguous};
    }
    // What was done already may be refused too: the record is locked, by the first attempt.
    if (!calm_ && effectful && one_in(25)) return CallResult{Kind::Rejected};
    if (line.starts_with("Stock ") && is_out(line.substr(6))) return CallResult{Kind::Rejected};
    if (!calm_ && one_in(3)) return std::nullopt;  // answered later, or never when the process ends before
    return now(request, line, effectful);
  }
  // Some stores have no stock, ever.
  bool is_out(const std::string& store) const { return out_.contains(store); }
  // A request without an answer has happened, never happens, or arrives later; where a person is asked, who
  // looks has seen all.
  void happens_perhaps(const CallRequest& request, const std::string& line, Duration at_most) {
    const abi::Strategy strategy = request.program->operations[request.target].strategy;
    const bool arrives_later = strategy != abi::Strategy::Unsafe && at_most > 0;
    const uint64_t fate = roll(arrives_later ? 3 : 2);
    if (fate == 0) commit(request, line);
    if (fate == 2)
      landing_.push_back({world_.now + static_cast<Duration>(roll(static_cast<uint64_t>(at_most))), request});
  }
  static bool writes(const CallRequest& request) {
    return request.program->operations[request.target].operation_class == abi::OperationClass::Write;
  }
  void land() {
    const auto arrives = [this](const auto& each) { return each.first <= world_.now; };
    for (const auto& [when, request] : landing_) {
      if (when <= world_.now) commit(request, estate_.line(request));
    }
    std::erase_if(landing_, arrives);
  }
  CallResult now(const CallRequest& request, const std::string& line, bool effectful) {
    if (request.what == CallRequest::What::Ask)
      return CallResult{committed_.contains(request.key) ? Kind::Ok : Kind::NotDone};
    if (effectful) {
      commit(request, line);
      return CallResult{};
    }
    return *estate_(request);
  }
  void commit(const CallRequest& request, const std::string& line) {
    const bool keyed = request.program->operations[request.target].strategy == abi::Strategy::Keyed;
    if (keyed && committed_.contains(request.key)) return;
    committed_.insert(request.key);
    effects_.push_back(line);
  }
  int64_t cost_of(const CallRequest& request) {
    abi::Arena arena;
    const Cell key =
        abi::unpack_value(request.program->types, retail_.payload_id, request.payload, arena).value();
    return costs_[std::string(arena.text(arena.cells(static_cast<abi::Reference>(key.bits))[0]))];
  }

  // One thing happens.
  void chaos() {
    switch (roll(17)) {
      case 12:
      case 13:
      case 14:
        return life_.chaos();
      case 0:
      case 1:
        return send_any_wish();
      case 2:
        return decide(false);
      case 3:
        return answer_late();
      case 4: {
        const auto due = world_.engine().next_due();
        // Clients ask again within the 30 days for which an answer is remembered.
        if (due && *due < kMonday + 20 * kDay) world_.now = std::max(world_.now, *due);
        return;
      }
      case 5:
        if (one_in(3)) world_.now += static_cast<Duration>(roll(3 * kHour));
        return;
      case 6:
        if (one_in(4)) return crash();
        return;
      case 7:
        if (one_in(6)) world_.disk().die_after(1 + roll(60));
        if (one_in(6)) world_.disk().fail_next_sync();
        return;
      case 8:
        if (one_in(6)) costs_["P-" + std::to_string(1 + roll(5))] = one_in(2) ? 30 : 5;  // an ERP price moves
        return;
      case 9:
        if (one_in(3)) world_.crash_now = [this] { return one_in(5); };
        return;
      case 16:
        if (one_in(20)) world_.disk().capacity(world_.disk().used() + roll(200'000));  // it fills up
        return;
      default:
        world_.tick();
    }
  }
  // A crash can come in the middle of anything; then the process starts again.
  template <typename Step>
  void survive(Step step) {
    try {
      step();
    } catch (const Failed&) {
      throw;
    } catch (const std::runtime_error&) {
      crash();
    }
  }
  void crash() {
    world_.crash_now = nullptr;
    for (Wish& wish : wishes_) wish.sent = false;
    for (const auto& [call, open] : world_.open_calls) {
      const CallRequest request = in_first_numbers(open.second, *retail_.program());
      if (online_.is_about(request)) {
        life_.left_alone(request, request.now + request.timeout + 9 * kSecond - world_.now);
        continue;
      }
      const std::string line = estate_.line(request);
      if (request.what == CallRequest::What::Operation && line.find("Stock") != 0)
        happens_perhaps(request, line, request.now + request.timeout + 9 * kSecond - world_.now);
    }
    if (!calm_ && one_in(3)) {
      deployed_ = !deployed_;
      world_.deploy(deployed_ ? renumbered_ : retail_.program());
      if (one_in(2)) world_.dies_opening = 1 + roll(40);  // in the middle of moving the instances
    }
    open_again();
  }
  // The process may end while it opens, and then again.
  void open_again() {
    for (int attempt = 0;; ++attempt) {
      if (attempt > 0 || one_in(2)) world_.disk().capacity(UINT64_MAX);  // somebody made room
      try {
        return world_.crash(one_in(2));
      } catch (const std::runtime_error& error) {
        if (attempt == 3) throw Failed(fmt::format("it does not open any more: {}", error.what()));
      }
    }
  }

  void send_any_wish() {
    Wish& wish = wishes_[roll(wishes_.size())];
    if (wish.reply && (!one_in(4) || world_.now > kMonday + 25 * kDay))
      return;  // now and then something is sent twice
    if (wish.sent && !wish.reply && !one_in(8)) return;
    send(wish);
  }
  void send(Wish& wish) {
    wish.sent = true;
    const auto kept = [this, &wish](std::expected<std::string, Refusal> result) {
      if (!result && result.error().kind == Refusal::Kind::Overloaded) return;  // not known: asks again
      Json reply = result ? Json::parse(*result) : Json{{"refused", result.error().message}};
      if (wish.reply && wish.what == Wish::What::Start)
        require(*wish.reply == reply,
                fmt::format("the same request was answered {} and {} at {}", wish.reply->dump(), reply.dump(),
                            instant_to_text(world_.now)));
      if (wish.reply && wish.what == Wish::What::PartnerCancels)
        require(reply.value("duplicate", false), "what a partner sent was taken again: " + reply.dump());
      wish.reply = std::move(reply);
    };
    if (wish.what == Wish::What::Start) {
      world_.engine().start({wish.workflow, Json{{"id", wish.id}}.dump(), wish.request, kept});
    } else if (wish.what == Wish::What::PartnerBegins || wish.what == Wish::What::PartnerCancels) {
      const char* const operation = wish.what == Wish::What::PartnerBegins ? "begin" : "cancel";
      world_.engine().inbound(
          {"Offers", 1, operation, "Market", "acme", wish.request, Json{{"id", wish.id}}.dump(), kept});
    } else if (wish.what == Wish::What::Cancel) {
      world_.engine().event(
          {"/estate", wish.request, "retail.cancelled", Json{{"id", wish.id}}.dump(), kept});
    } else {
      const Json data = {{"RetailPromotion", wish.id}, {"At", instant_to_text(world_.now + kDay)}};
      world_.engine().event({"/estate", wish.request, "retail.rescheduled", data.dump(), kept});
    }
  }

  void decide(bool approve_all) {
    const auto tasks = world_.tasks();
    if (tasks.empty()) return;
    const Json& task = tasks[roll(tasks.size())];
    constexpr const char* kPeople[] = {"fin",  "chief", "dir",  "merch", "greedy",
                                       "both", "ops",   "olga", "omar",  "cora"};
    const uint64_t number = task["task"];
    const std::string kind = task["kind"];
    using What = DecisionRequest::What;
    What what = kind == "task" || kind == "undo" ? What::Done
                : !approve_all && one_in(4)      ? What::Reject
                                                 : What::Approve;
    if (kind == "outcome") {  // people look, and say what is true
      const std::string key = task["arguments"].value("key", "");
      what = committed_.contains(key) ? What::Approve : What::Reject;
    }
    const auto someone = [&] { return kPeople[roll(std::size(kPeople))]; };
    if (one_in(6)) world_.engine().decide({number, someone(), What::Delegate, "", {}, "", "", someone()});
    std::string answers;
    if (kind == "approval" && task.contains("form") && !approve_all && one_in(6)) {
      what = What::Counter;
      answers = one_in(6) ? R"({"count": "many"})" : Json{{"count", 100 + roll(900)}}.dump();
    }
    if (kind == "task" && task.contains("form") && !one_in(3))
      answers = one_in(6) ? R"({"counted": "many"})" : Json{{"counted", 100 + roll(900)}}.dump();
    const std::string except =
        what == What::Approve && task.contains("byLine") && one_in(2) ? some_lines(number) : "";
    for (int i = one_in(5) ? 2 : 1; i > 0; --i) {
      world_.engine().decide({number, someone(), what, "seen", {}, answers, except});
    }
  }

  // Lines that somebody refuses; now and then one that is not there.
  std::string some_lines(uint64_t task) {
    Json lines = Json::array();
    const auto shown = world_.engine().lines(task, "", 0);
    if (!shown) return "";
    const Json page = Json::parse(*shown);
    for (const Json& line : page["lines"]) {
      if (one_in(3)) lines.push_back(line["target"]);
    }
    if (one_in(10)) lines.push_back("S99");
    return lines.dump();
  }

  void answer_late() {
    land();
    if (world_.open_calls.empty()) return;
    auto found = world_.open_calls.begin();
    std::advance(found, static_cast<long>(roll(world_.open_calls.size())));
    const CallRequest request = in_first_numbers(found->second.second, *retail_.program());
    if (online_.is_about(request)) return world_.answer(found->first, life_.answer_late(request));
    const std::string line = estate_.line(request);
    if (line == "promotion") estate_.cost = cost_of(request);
    const bool effectful = request.what == CallRequest::What::Operation && line.find("Stock") != 0;
    CallResult result = line.starts_with("Stock ") && is_out(line.substr(6)) ? CallResult{Kind::Rejected}
                                                                             : now(request, line, effectful);
    if (effectful && one_in(6)) result.kind = Kind::Ambiguous;
    if (one_in(8)) world_.engine().call_finished({found->second.first, found->first, result});  // told twice
    world_.answer(found->first, std::move(result));
  }

  void settle_everything() {
    for (int round = 0; round < 3000; ++round) {
      survive([&] {
        for (Wish& wish : wishes_) {
          if (!wish.reply) send(wish);
        }
        while (!world_.open_calls.empty()) answer_late();
        world_.run();
        if (!world_.tasks().empty()) {
          decide(true);
          world_.run();
          return;
        }
        if (const auto due = world_.engine().next_due()) world_.run_to(*due);
      });
      resume_suspended();
      const bool answered = std::all_of(wishes_.begin(), wishes_.end(),
                                        [](const Wish& wish) { return wish.reply.has_value(); });
      const bool idle = world_.open_calls.empty() && world_.tasks().empty() && !world_.engine().next_due() &&
                        !world_.engine().busy();
      if (answered && idle && world_.list({{"status", "suspended"}})["instances"].empty()) return;
    }
    throw Failed("it does not come to an end");
  }
  // Calls that were unavailable for too long suspend their instance; a person puts them back to work.
  void resume_suspended() {
    const Json suspended = world_.list({{"status", "suspended"}});
    for (const Json& each : suspended["instances"]) {
      world_.engine().resume({each["id"].get<uint64_t>(), "ops", "works again", {}});
      survive([&] { world_.run(); });
    }
  }

  size_t count(const std::string& line) const {
    return static_cast<size_t>(std::count(effects_.begin(), effects_.end(), line));
  }

  void check() {
    land();
    // Nobody waits for a request whose key is known there, nor for a notification: told twice is told.
    for (const auto& [when, request] : landing_) {
      const bool keyed = request.program->operations[request.target].strategy == abi::Strategy::Keyed;
      require((keyed && committed_.contains(request.key)) || !writes(request),
              "a request is still on its way when everything has come to rest");
    }
    landing_.clear();
    world_.crash();  // what is promised is on disk
    world_.run();
    const bool exactly_once = retail_.program()->operations[0].strategy != abi::Strategy::Idempotent;
    std::set<std::string> started;
    for (const Wish& wish : wishes_) {
      if (wish.what != Wish::What::Start) continue;
      require(wish.reply->contains("id"),
              fmt::format("the start of {} was refused: {}", wish.id, wish.reply->dump()));
      started.insert(wish.id);
      const Json shown = world_.show(std::to_string((*wish.reply)["id"].get<uint64_t>()), "");
      const std::string status = shown.value("status", "missing");
      require(status == "finished" || status == "failed",
              fmt::format("{} {} is {}: {}", wish.workflow, wish.id, status, shown.dump()));
      check_writes(wish, shown["outcome"]["name"], exactly_once);
      check_delegations(shown["id"]);
      if (wish.workflow == "Launch") check_refused(wish), check_countered(wish, shown);
      if (wish.workflow == "Late") check_late(wish, shown);
      if (wish.workflow == "Do") check_answer(shown);
      if (wish.workflow == "Visit") check_visit(wish, shown);
      if (wish.workflow == "Sweep") check_sweep(wish, shown);
    }
    check_partners();
    check_exceptions(started.size());
    check_mornings();
    check_budgets();
    check_absences();
    check_nothing_left();
  }

  // What a partner asked for is there once; what it sent was heard once by whoever waited.
  void check_partners() {
    std::map<std::string, size_t> begun;
    const Json all = world_.list({{"workflow", "Hear"}, {"limit", 1000}});
    for (const Json& each : all["instances"]) {
      if (came_by(each["id"])) ++begun[each["key"]];
      std::map<std::string, size_t> heard;
      for (const Json& entry : world_.history(each["id"], "heard")) {
        if (entry.contains("by"))
          require(++heard[entry["id"]] == 1, "what a partner sent was heard twice: " + entry.dump());
      }
    }
    for (const Wish& wish : wishes_) {
      if (wish.what != Wish::What::PartnerBegins && wish.what != Wish::What::PartnerCancels) continue;
      require(wish.reply->value("accepted", false),
              fmt::format("the call of a partner for {} was refused: {}", wish.id, wish.reply->dump()));
      if (wish.what == Wish::What::PartnerBegins)
        require(begun[wish.id] == 1, fmt::format("{} was begun {} times", wish.id, begun[wish.id]));
    }
  }
  // Whatever crashed, each raise counts once, in an exception that has ended; who waited was told, or gave
  // up.
  void check_exceptions(size_t started) {
    std::map<std::string, uint64_t> raised;
    size_t came_of_it = 0;
    const Json all = world_.list({{"limit", 1000}});
    for (const Json& each : all["instances"]) {
      const std::string workflow = each["workflow"];
      if (each.contains("severity")) {
        raised[workflow] += each["raised"].get<uint64_t>();
        ++came_of_it;
        require(each.contains("ended"), fmt::format("{} is still open", each.dump()));
      } else if ((workflow == "test.Do" || workflow == "test.Hear") && came_by(each["id"])) {
        ++came_of_it;
      }
    }
    require(all["instances"].size() == started + came_of_it, "there are instances that nobody started");
    std::map<std::string, uint64_t> wished;
    for (const Wish& wish : wishes_) {
      if (wish.what != Wish::What::Start) continue;
      if (wish.workflow == "Raise" || wish.workflow == "Ask") ++wished["test.Shortfall"];
      if (wish.workflow == "Mend") ++wished["test.Repair"];
      if (wish.workflow == "Await" || wish.workflow == "Once") ++wished["test.Twin"];
      if (std::ranges::find(kWaiters, wish.workflow) == std::end(kWaiters)) continue;
      const auto told = world_.history((*wish.reply)["id"], "askedEnded").size();
      const auto gave_up = world_.history((*wish.reply)["id"], "expired").size();
      require(told + gave_up == 1,
              fmt::format("{} was told {} times and gave up {} times", wish.id, told, gave_up));
    }
    require(raised == wished, "an exception was not raised as often as it was asked for");
  }
  // Nobody started it: it resolves an exception, or its morning had come.
  bool came_by(uint64_t instance) {
    const auto started = world_.history(instance, "started");
    return !started.empty() && started[0].contains("by");
  }
  // Each morning was started once or is told as missed; which of them, nobody but the clock decides.
  void check_mornings() {
    std::set<std::string> started;
    const Json all = world_.list({{"workflow", "Do"}, {"limit", 1000}});
    for (const Json& each : all["instances"]) {
      const Json by = world_.history(each["id"], "started").at(0).value("by", Json::object());
      if (by.contains("schedule"))
        require(started.insert(by["moment"]).second, "a morning that was started twice: " + by.dump());
    }
    const Instant since = instant_from_text(mornings_["since"].get<std::string>()).value(),
                  next = instant_from_text(mornings_["next"].get<std::string>()).value();
    uint64_t mornings = 0;
    for (Instant each = kMonday - kDay + 6 * kHour; each < next; each += kDay)
      mornings += each >= since ? 1 : 0;
    require(mornings_["started"] == started.size() && mornings_["notStarted"] == 0 &&
                mornings_["missed"].get<uint64_t>() + started.size() == mornings,
            fmt::format("of {} mornings {} were started: {}", mornings, started.size(), mornings_.dump()));
  }
  // Whoever spends, wherever and however often it was asked: what was let through without a person was
  // counted before, no campaign got more than its budget, and its account says how much.
  void check_budgets() {
    std::map<std::string, int64_t> reserved;
    for (const Wish& wish : wishes_) {
      if (wish.workflow != "Spend") continue;
      std::map<uint64_t, int64_t> by_task;
      for (const Json& each : world_.history((*wish.reply)["id"], "reserved")) {
        reserved[each["for"]] += each["amount"].get<int64_t>();
        by_task[each["task"]] += each["amount"].get<int64_t>();
      }
      for (const Json& each : world_.history((*wish.reply)["id"], "permitted")) {
        const Json& facts = each["proposals"][0]["facts"];
        const int64_t needed = each["leaves"].get<int64_t>() * facts["cost"].get<int64_t>();
        require(by_task[each["task"]] >= needed, wish.id + " was let through for more than was counted");
      }
    }
    std::map<std::string, int64_t> used;
    for (PartitionId partition = 0; partition < world_.options.partitions; ++partition) {
      auto scanned = world_.store().scan(partition, Table::Account, "", "",
                                         [&](std::string_view key, std::string_view value) -> bool {
                                           used[std::string(key.substr(key.find('\0') + 1))] +=
                                               static_cast<int64_t>(rows::decode<rows::Account>(value).used);
                                           return true;
                                         });
      require(scanned.has_value(), "the store can't be read");
    }
    for (const auto& [campaign, amount] : used)
      require(amount <= kBudget, fmt::format("{} got {} of {}", campaign, amount, kBudget));
    for (const auto& [campaign, amount] : reserved)
      require(amount <= used[campaign],
              fmt::format("{} got {} and {} was counted", campaign, amount, used[campaign]));
  }
  // Its step is late, whatever happens, and told so once.
  void check_late(const Wish& wish, const Json& shown) {
    const uint64_t id = (*wish.reply)["id"];
    require(world_.history(id, "late").size() == 1 && world_.history(id, "doneLate").size() == 1,
            wish.id + " was not late once");
    require(!shown.contains("late"), wish.id + " is late although it has ended");
  }

  void check_writes(const Wish& wish, const std::string& outcome, bool exactly_once) {
    std::vector<std::string> targets =
        wish.workflow == "Chain" || wish.workflow == "Nest" || wish.workflow == "Spend"
            ? std::vector<std::string>{"A", "B", "C", "D"}
            : estate_.stores;
    for (const std::string& target : targets) {
      const std::string activate = fmt::format("activate {} {}", wish.id, target),
                        withdraw = fmt::format("withdraw {} {}", wish.id, target);
      const size_t activated = count(activate), withdrawn = count(withdraw);
      if (exactly_once)
        require(activated <= 1, fmt::format("\"{}\" took effect {} times", activate, activated));
      if (outcome == "Rejected" || outcome == "Expired")
        require(activated == 0, activate + " without an approval");
      // Inner fails, and takes back what it wrote; Nest is done, and keeps what it wrote. So does Place, for
      // S3.
      const bool inner_failed = outcome == "Done" && ((wish.workflow == "Nest" && target != "A") ||
                                                      (wish.workflow == "Spread" && target == "S3"));
      // A store without stock failed alone; one that was skipped instead has not been written or not been
      // asked.
      const bool alone = (wish.workflow == "Tolerant" || wish.workflow == "Spread") && is_out(target);
      if (outcome == "Done" && !inner_failed)
        require(alone || withdrawn == 0, withdraw + " although it is done");
      if (outcome == "Done" && withdrawn > 0) require(activated > 0, withdraw + " of nothing");
      if ((outcome == "Cancelled" || inner_failed) && activated > 0) {
        const bool left_to_people = undo_was_refused(wish, target);
        require(withdrawn > 0 || left_to_people, withdraw + " is missing");
        const auto last = std::find(effects_.rbegin(), effects_.rend(), activate),
                   undone = std::find(effects_.rbegin(), effects_.rend(), withdraw);
        require(left_to_people || undone < last, activate + " came after it was taken back");
      }
    }
  }
  // What was filled in is what the workflow went on with.
  void check_answer(const Json& shown) {
    if (shown["outcome"]["name"] != "Done") return;
    const auto done = world_.history(shown["id"], "taskDone");
    require(done.size() == 1 && done[0]["answers"]["counted"] == shown["outcome"]["value"]["count"],
            "another answer than was given: " + shown.dump());
  }
  // What was countered went on with the offer, and nothing of it was granted or written.
  void check_countered(const Wish& wish, const Json& shown) {
    const auto offers = world_.history((*wish.reply)["id"], "countered");
    if (offers.empty()) return;
    require(offers.size() == 1 && world_.history((*wish.reply)["id"], "granted").empty(),
            "countered, and granted too: " + shown.dump());
    const Json outcome = shown["outcome"];
    if (outcome["name"] == "Rejected")
      require(outcome["value"] == offers[0]["offer"], "another offer than was made: " + shown.dump());
    for (const std::string& target : estate_.stores)
      require(count(fmt::format("activate {} {}", wish.id, target)) == 0,
              fmt::format("{} of {} was countered and written", target, wish.id));
  }
  // What somebody refused is never written, whoever else accepted it and whatever changed since.
  void check_refused(const Wish& wish) {
    const uint64_t id = (*wish.reply)["id"];
    std::set<std::string> refused;
    for (const Json& each : world_.history(id, "decided")) {
      for (const Json& line : each.value("except", Json::array())) refused.insert(line["target"]);
    }
    for (const std::string& target : refused)
      require(count(fmt::format("activate {} {}", wish.id, target)) == 0,
              fmt::format("{} of {} was refused and written", target, wish.id));
    for (const Json& each : world_.history(id, "lineRefused"))
      require(refused.contains(each["target"]), "a line that nobody refused: " + each.dump());
    const auto asked = world_.history(id, "asked"), granted = world_.history(id, "granted");
    if (asked.empty() || granted.empty() || granted[0]["task"] != asked[0]["task"]) return;
    require(
        granted[0]["leaves"].get<uint64_t>() + granted[0].value("refused", uint64_t{0}) == asked[0]["leaves"],
        "lines that were neither granted nor refused: " + granted[0].dump());
  }
  // Who is away has decided nothing, and whoever decided in somebody's place covered them then.
  void check_absences() {
    for (const Json& task : world_.tasks({{"status", "closed"}, {"limit", 1000}})) {
      std::set<std::string> said;
      for (const Json& each : task.value("decisions", Json::array())) {
        const Instant time = instant_from_text(each["time"].get<std::string>()).value();
        const std::string person = each["person"], whose = each.value("covers", person);
        require(!absence_of(world_.options.absences, person, time), person + " was away: " + task.dump());
        require(decider_for(world_.options.absences, whose, time) == person,
                person + " decided for " + whose + ": " + task.dump());
        require(said.insert(person).second, "one of four eyes twice: " + task.dump());
        require(whose == person || said.insert(whose).second, "a say that counted twice: " + task.dump());
      }
    }
  }

  // What was handed to somebody nobody else has decided or done for that role, until it was escalated.
  void check_delegations(uint64_t instance) {
    std::map<std::pair<uint64_t, std::string>, std::string> has;  // by task and role
    for (const Json& entry : world_.history(instance)) {
      const std::string kind = entry["kind"];
      if (kind == "escalated")
        std::erase_if(has, [&](const auto& each) { return each.first.first == entry["task"]; });
      if (kind == "delegated") has[{entry["task"], entry["role"]}] = entry["to"];
      if (kind != "decided" && kind != "taskDone") continue;
      const auto found = has.find({entry["task"], entry["role"]});
      const std::string whose = entry.value("covers", entry["person"].get<std::string>());
      if (found == has.end()) continue;
      require(found->second == whose,
              fmt::format("{} decided what was handed to {}: {}", whose, found->second, entry.dump()));
    }
  }

  // Each combination that matches was begun once and no other, in whichever step it crashed.
  void check_sweep(const Wish& wish, const Json& shown) {
    const Swept expected = swept_of(wish.id);
    require(shown["outcome"]["name"] == "Done" && shown["outcome"]["value"]["count"] == expected.collected(),
            "a sweep that has not found what matches: " + shown.dump());
    const auto joined = world_.history(shown["id"], "joined"), swept = world_.history(shown["id"], "swept");
    require(joined.size() == 1 && joined[0]["count"] == expected.matching(),
            "a sweep over something else: " + shown.dump());
    require(swept.size() == (expected.outer * expected.inner == 0 ? 0 : 1), "swept: " + shown.dump());
  }

  // Whoever tried: it was done by one of those who answer for that side, the director once it was escalated.
  void check_visit(const Wish& wish, const Json& shown) {
    const auto done = world_.history(shown["id"], "taskDone");
    require(done.size() == (shown["outcome"]["name"] == "Done" ? 1 : 0),
            "a visit nobody did: " + shown.dump());
    if (done.empty()) return;
    const bool west = side_of(wish.id) == "west";
    const std::string person = done[0]["person"];
    const bool escalated = !world_.history(shown["id"], "escalated").empty();
    require(person == (west ? "olga" : "ops") || (west && escalated && person == "dir"),
            fmt::format("{} did {}, which is not theirs", person, wish.id));
  }
  bool undo_was_refused(const Wish& wish, const std::string& target) {
    const auto closed = world_.tasks({{"status", "closed"}, {"key", wish.id}, {"limit", 1000}});
    return std::any_of(closed.begin(), closed.end(), [&](const Json& task) {
      return task["kind"] == "undo" && task["arguments"].value("target", "") == target;
    });
  }

  void check_nothing_left() {
    for (PartitionId partition = 0; partition < world_.options.partitions; ++partition) {
      auto scanned = world_.store().scan(
          partition, Table::Carried, "", "", [&](std::string_view key, std::string_view) -> bool {
            require(key.starts_with('s') || key.starts_with('a'), "an item is left that is done");
            return true;
          });
      require(scanned.has_value(), "the store can't be read");
    }
    for (const Table table : {Table::Timer, Table::Pending, Table::Leaf, Table::Subscription, Table::Group,
                              Table::Result, Table::Undo, Table::Blob, Table::Schedule}) {
      for (PartitionId partition = 0; partition < world_.options.partitions; ++partition) {
        auto scanned =
            world_.store().scan(partition, table, "", "", [&](std::string_view, std::string_view) -> bool {
              throw Failed(fmt::format("something is left in table {}", static_cast<int>(table)));
            });
        require(scanned.has_value(), "the store can't be read");
      }
    }
  }

  std::mt19937_64 random_;
  Retail retail_;
  Online online_;
  std::shared_ptr<abi::Program> renumbered_ = renumbered(retail_.program());
  bool deployed_ = false;  // the renumbered one
  Estate estate_;
  World world_;
  bool calm_ = false;
  OnlineLife life_;
  std::vector<Wish> wishes_;
  std::map<std::string, int64_t> costs_;
  std::set<std::string> out_;                             // stores without stock
  std::set<std::string> committed_;                       // keys
  std::vector<std::string> effects_;                      // in order
  std::vector<std::pair<Instant, CallRequest>> landing_;  // requests that nobody waits for any more
  Json mornings_;                                         // of Engine::schedules, when the schedule ended
};

bool simulate(uint64_t seed, uint64_t& crashes) {
  try {
    Simulation simulation(seed);
    simulation.run();
    crashes += simulation.crashes();
    return true;
  } catch (const std::exception& error) {
    fmt::print("seed {}: {}\nreplay it with: sim_engine --seed {}\n", seed, error.what(), seed);
    return false;
  }
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t first = 1, seeds = 100;
  double seconds = 1e9;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--seed") first = std::strtoull(argv[i + 1], nullptr, 10), seeds = 1;
    if (name == "--first") first = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--seeds") seeds = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--seconds") seconds = std::strtod(argv[i + 1], nullptr);
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  uint64_t done = 0, crashes = 0;
  for (; done < seeds && elapsed() < seconds; ++done) {
    if (!simulate(first + done, crashes)) return 1;
  }
  fmt::print("{} seeds, {} crashes, {:.1f} s: every promise held\n", done, crashes, elapsed());
  return 0;
}
