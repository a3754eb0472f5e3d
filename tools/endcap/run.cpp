// endcap run: one instance in an engine of its own, until it is done, with a virtual clock.
#include <fmt/format.h>

#include <future>

#include "runtime/journal/local_log.h"
#include "runtime/journal/simulated_disk.h"
#include "runtime/serve/shell.h"
#include "runtime/store/simulated_store.h"
#include "tools/common/some_reason.h"
#include "tools/endcap/account.h"
#include "tools/endcap/commands.h"
#include "tools/endcap/host.h"

namespace endcap::command {
namespace {

enum class Shape : uint8_t { Human, Short, Json };

struct RunOptions {
  HostOptions host;
  std::string workflow, arguments = "{}", clock = "virtual", start, decisions = "none";
  std::vector<std::string> words;
  Shape shape = Shape::Human;
};

// A virtual clock under which open approvals and tasks are decided at once, by whoever may, instead of timing
// out.
class DecidingClock final : public Clock {
 public:
  DecidingClock(std::unique_ptr<Clock> clock, Engine& engine, const EngineOptions& people, bool approves)
      : clock_(std::move(clock)), engine_(engine), people_(people), approves_(approves) {}

  Instant now(const ClockInput& input) override {
    if (input.busy) return clock_->now(input);
    ClockInput held = input;
    held.busy = decide();
    return clock_->now(held);
  }
  std::optional<std::chrono::nanoseconds> wait(const ClockInput& input) override {
    return clock_->wait(input);
  }
  std::string name() const override { return clock_->name(); }

 private:
  // Tries the people of the roles that are asked, one after the other: an approval by two roles wants two
  // people.
  bool decide() {
    const auto answer = engine_.tasks("{}");
    if (!answer) return false;
    bool asked = false;
    const Json open = Json::parse(*answer);
    for (const Json& task : open.at("tasks")) {
      const auto person = next_person(task);
      if (!person) continue;
      const bool approval = task.at("kind") == "approval" || task.at("kind") == "approvalAgain";
      DecisionRequest request;
      request.task = task.at("task").get<uint64_t>();
      request.person = *person;
      request.what = !approval   ? DecisionRequest::What::Done
                     : approves_ ? DecisionRequest::What::Approve
                                 : DecisionRequest::What::Reject;
      request.reason = some_reason(task, approves_, "decided by endcap run");
      engine_.decide(std::move(request));
      asked = true;
    }
    return asked;
  }

  std::optional<std::string> next_person(const Json& task) {
    const uint64_t number = task.at("task").get<uint64_t>();
    std::vector<std::string> candidates;
    for (const Json& role : task.at("roles")) {
      const auto found = people_.people.find(role.get<std::string>());
      if (found == people_.people.end()) continue;
      for (const std::string& person : found->second) {
        candidates.push_back(person);
        for (const Absence& absence : people_.absences) {
          if (absence.person == person) candidates.push_back(absence.cover);
        }
      }
    }
    size_t& tried = tried_[number];
    return tried < candidates.size() ? std::optional(candidates[tried++]) : std::nullopt;
  }

  std::unique_ptr<Clock> clock_;
  Engine& engine_;
  const EngineOptions& people_;
  const bool approves_;
  std::map<uint64_t, size_t> tried_;  // by task: people that were tried
};

int refused(const Refused& why) {
  tell(why.message);
  return why.exit_code;
}

// Runs `work` on the engine's thread and waits for its answer.
std::expected<std::string, Refusal> ask(Shell& shell, const std::function<void(Engine&, JsonReply)>& work) {
  auto promise = std::make_shared<std::promise<std::expected<std::string, Refusal>>>();
  auto future = promise->get_future();
  const bool posted = shell.post([work, promise](Engine& engine) {
    work(engine,
         [promise](std::expected<std::string, Refusal> result) { promise->set_value(std::move(result)); });
  });
  if (!posted)
    return std::unexpected(
        Refusal{Refusal::Kind::Overloaded, shell.failure().value_or("the engine stopped")});
  return future.get();
}

bool print_account(Shell& shell, uint64_t id, const RunOptions& options, bool& finished) {
  const auto shown = ask(
      shell, [&](Engine& engine, const JsonReply& reply) { reply(engine.show(fmt::format("{}", id), "")); });
  if (!shown) {
    tell(shown.error().message);
    return false;
  }
  const Json instance = Json::parse(*shown);
  finished = instance.value("status", "") == "finished";
  Json all = {{"entries", Json::array()}};
  std::optional<uint64_t> from = 0;
  while (from) {
    const auto page =
        ask(shell, [&](Engine& engine, const JsonReply& reply) { reply(engine.history(id, *from, 1000)); });
    if (!page) {
      tell(page.error().message);
      return false;
    }
    const Json entries = Json::parse(*page);
    for (const Json& entry : entries.at("entries")) all["entries"].push_back(entry);
    from = entries.at("next").is_null() ? std::nullopt : std::optional(entries.at("next").get<uint64_t>());
  }
  if (options.shape == Shape::Json)
    return print(Json{{"instance", instance}, {"history", all.at("entries")}}.dump() + "\n");
  const bool is_short = options.shape == Shape::Short;
  return print(is_short ? instance_account(instance, true)
                        : history_lines(all, false) + "\n" + instance_account(instance, false));
}

int run_with(const RunOptions& options, Host& host) {
  Instant start = machine_time().wall();
  if (!options.start.empty()) {
    auto parsed = parse_instant(options.start);
    if (!parsed) return refused(parsed.error());
    start = *parsed;
  }
  SimulatedDisk disk(1);  // in memory: when the run ends, so does what it wrote
  SimulatedStore store(1);
  auto journal = open_local_log(disk, {.partitions = 1, .segment_bytes = 1u << 20});
  if (!journal) return refused({kInternal, journal.error().message});
  host.engine.partitions = 1;
  host.engine.schedules.emplace();  // none: it is about one instance
  host.engine.carriers.emplace();
  auto engine = open_engine(host.program, store, **journal, host.engine);
  if (!engine) return refused({kInternal, engine.error().message});
  auto clock = options.clock == "real" ? make_real_clock(0) : make_virtual_clock(start);
  if (options.decisions != "none") {
    clock = std::make_unique<DecidingClock>(std::move(clock), **engine, host.engine,
                                            options.decisions == "approve");
  }
  ShellOptions shell_options;
  shell_options.log = [](const std::string& line) { tell(line); };
  Shell shell(**engine, **journal, *clock, make_connector(host), shell_options);
  shell.start();
  const auto started = ask(shell, [&](Engine& each, const JsonReply& reply) {
    each.start({options.workflow, options.arguments, "", reply});
  });
  if (!started) {
    tell(started.error().message);
    return kUsage;
  }
  const uint64_t id = Json::parse(*started).at("id").get<uint64_t>();
  if (auto failure = shell.wait(true)) return refused({kInternal, *failure});
  bool finished = false;
  if (!print_account(shell, id, options, finished)) return kInternal;
  shell.stop();
  return finished ? kClean : kFindings;
}

int run(RunOptions options) {
  options.host.folder = options.words.size() == 2 ? options.words[0] : ".";
  options.workflow = options.words.back();
  options.host.object_cache = default_cache();
  auto host = make_host(options.host);
  if (!host) return refused(host.error());
  tell(fmt::format("{}; running {} with the {} clock", host->compiled, options.workflow, options.clock));
  return run_with(options, *host);
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RunOptions>();
  auto* command = app.add_subcommand(
      "run", "Run one instance until it is done, weeks in seconds, and tell what happened");
  command
      ->add_option("WORKFLOW", options->words, "The project's folder (default: this one), then the workflow")
      ->required()
      ->expected(1, 2)
      ->type_name("[FOLDER] WORKFLOW");
  command
      ->add_option("--arguments", options->arguments,
                   "JSON object of the parameters; a view is given by its key")
      ->capture_default_str();
  command
      ->add_option("--decisions", options->decisions,
                   "How open approvals and tasks are decided: approve and reject at once, none: nobody "
                   "answers. A task "
                   "that asks for answers is left to expire")
      ->capture_default_str()
      ->check(CLI::IsMember({"none", "approve", "reject"}));
  command->add_option("--clock", options->clock, "virtual: jumps to the next timer; real: waits")
      ->capture_default_str()
      ->check(CLI::IsMember({"virtual", "real"}));
  command->add_option("--start", options->start,
                      "When the virtual clock starts, as 2026-11-23T09:00:00Z (default: now)");
  command
      ->add_option("--system", options->host.systems,
                   "NAME=URL: where a system is, over what endcap.toml says")
      ->take_all();
  command
      ->add_option("--advisor", options->host.advisors,
                   "NAME=URL: where an advisor answers, over what endcap.toml says")
      ->take_all();
  command->add_flag("--interpreter", options->host.interpreter,
                    "Interpret the workflow instead of compiling it");
  static const std::map<std::string, Shape> kShapes = {
      {"human", Shape::Human}, {"short", Shape::Short}, {"json", Shape::Json}};
  command
      ->add_option("--format", options->shape,
                   "human: the history and the outcome; short: the outcome; json: both for programs")
      ->transform(CLI::CheckedTransformer(kShapes).description("human|short|json"))
      ->default_str("human");
  command->footer(
      "Example:\n"
      "  endcap run workflows NationalPromotion --arguments '{\"promo\": \"P-1\"}' --decisions approve "
      "--start 2026-10-18T22:00:00Z\n"
      "\n"
      "It calls the project's systems for real; nothing is kept when it ends. Exit code 0: finished; 1: "
      "failed or suspended.");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace endcap::command
