// endcap plan: what would become of the instances that are alive in a data folder if this project took over.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "compiler/ir/calendar_breaking.h"
#include "compiler/ir/interpreter.h"
#include "compiler/ir/upgrade.h"
#include "runtime/journal/data_folder.h"
#include "runtime/journal/local_log.h"
#include "tools/endcap/commands.h"
#include "tools/endcap/host.h"
#include "tools/endcap/outputs.h"
#include "tools/endcap/project_at.h"

namespace endcap::command {
namespace {

namespace fs = std::filesystem;

struct PlanOptions {
  std::string folder = ".", data;
  uint16_t partitions = 4;
  Outputs outputs;
};

// What the deploy would do, and calendars that would be others under a version that deadlines are kept with.
struct Told {
  UpgradePlan plan;
  std::vector<ir::CalendarFinding> calendars;
};

struct Planned {
  std::shared_ptr<const abi::Program> program;
  EngineOptions engine;
};

std::expected<Planned, Refused> read_project(const PlanOptions& options) {
  std::error_code error;
  if (!fs::is_directory(options.folder, error))
    return refuse(
        kInternal,
        fmt::format("There is no folder {}: name the one with the project's endcap.toml.", options.folder));
  CheckedProject project = check_project(options.folder);
  if (project.ok()) {
    auto lowered = lower_project(project);
    if (lowered) {
      Planned planned{ir::interpret(std::move(*lowered)), {}};
      for (const RoleConfig& role : project.project.roles) planned.engine.people[role.name] = role.people;
      return planned;
    }
    if (project.ok()) return refuse(kInternal, lowered.error());
  }
  const auto findings = project.diagnostics.sorted(project.sources);
  if (!options.outputs.write(say_findings(findings, project.sources, options.folder)))
    return refuse(kInternal, "");
  return refuse(kFindings, fmt::format("{} has errors: {}. Only what compiles can be planned.",
                                       options.folder, summary(findings)));
}

// Opening a journal and a store may write to them, so a copy is opened. Tables never change once they are
// written: they are shared with the copy where the file system can.
std::expected<TemporaryFolder, Refused> copy_of(const fs::path& data) {
  auto copy = TemporaryFolder::make();
  if (!copy) return refuse(kInternal, fmt::format("The data can't be copied: {}.", copy.error()));
  std::error_code error;
  for (const char* part : {"journal", "store"}) {
    fs::create_directory(copy->path() / part, error);
    for (auto entry = fs::directory_iterator(data / part, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      const fs::path to = copy->path() / part / entry->path().filename();
      if (entry->path().extension() == ".sst") {
        std::error_code not_linked;
        fs::create_hard_link(entry->path(), to, not_linked);
        if (!not_linked) continue;
      }
      if (entry->is_regular_file(error) && !error) fs::copy_file(entry->path(), to, error);
      if (error) break;
    }
    if (error)
      return refuse(kInternal,
                    fmt::format("The data in {} can't be copied: {}.", data.string(), error.message()));
  }
  return std::move(*copy);
}

std::expected<Told, Refused> plan(const PlanOptions& options) {
  auto planned = read_project(options);
  if (!planned) return std::unexpected(planned.error());
  std::error_code error;
  if (!fs::is_directory(fs::path(options.data) / "journal", error))
    return refuse(kInternal,
                  fmt::format("{} is no data folder: name the one that `endcap serve --data` was given.",
                              options.data));
  auto folder = DataFolder::open(options.data);  // nobody writes while it is copied
  if (!folder) return refuse(exit_code_of(folder.error().kind), folder.error().message);
  auto copy = copy_of(options.data);
  if (!copy) return std::unexpected(copy.error());
  auto disk = open_disk(copy->path() / "journal");
  if (!disk) return refuse(kInternal, disk.error().message);
  auto journal = open_local_log(**disk, {.partitions = options.partitions}, nullptr);
  if (!journal) return refuse(exit_code_of(journal.error().kind), journal.error().message);
  auto store = open_rocksdb_store(copy->path() / "store", {.partitions = options.partitions});
  if (!store) return refuse(kInternal, store.error().message);
  EngineOptions& engine = planned->engine;
  engine.partitions = options.partitions;
  std::vector<ir::CalendarFinding> calendars;
  engine.upgrade = [&](const abi::Program& before, const abi::Program& after) {
    for (ir::CalendarFinding& finding : ir::compare(before.calendars, after.calendars)) {
      if (std::ranges::find(calendars, finding.calendar, &ir::CalendarFinding::calendar) == calendars.end())
        calendars.push_back(std::move(finding));
    }
    return std::expected<abi::Upgrade, std::string>(ir::plan_upgrade(before, after));
  };
  auto made = plan_engine_upgrade(planned->program, **store, **journal, engine);
  if (!made) return refuse(made.error().conflict ? kConflict : kInternal, made.error().message);
  return Told{std::move(*made), std::move(calendars)};
}

std::string told_text(const Told& told) {
  std::string text = to_text(told.plan);
  for (const ir::CalendarFinding& finding : told.calendars)
    text += fmt::format("calendar {}: {}\n  = {}\n", finding.calendar, ir::describe(finding),
                        ir::remedy(finding));
  return text;
}

std::string told_json(const Told& told) {
  auto json = nlohmann::ordered_json::parse(to_json(told.plan));
  json["calendars"] = nlohmann::ordered_json::array();
  for (const ir::CalendarFinding& finding : told.calendars)
    json["calendars"].push_back({{"calendar", finding.calendar},
                                 {"old_version", finding.before},
                                 {"new_version", finding.after},
                                 {"changed", finding.changed},
                                 {"message", ir::describe(finding)},
                                 {"remedy", ir::remedy(finding)}});
  return json.dump(2) + "\n";
}

int run_plan(PlanOptions& options) {
  if (const auto read = options.outputs.parse(); !read) {
    tell(read.error());
    return kUsage;
  }
  const auto made = plan(options);
  if (!made) {
    if (!made.error().message.empty()) tell(made.error().message);
    return made.error().exit_code;
  }
  const bool written = options.outputs.write(
      [&](Format format, bool) { return format == Format::Json ? told_json(*made) : told_text(*made); });
  if (!written) return kInternal;
  const UpgradePlan& planned = made->plan;
  tell(fmt::format("{} instance{} would be taken over, {} run{} this program already: {}", planned.families,
                   planned.families == 1 ? "" : "s", planned.unmoved, planned.unmoved == 1 ? "s" : "",
                   planned.strands() ? "refused" : "every one has a place to go"));
  return planned.strands() ? kFindings : kClean;
}

}  // namespace

void add_plan(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<PlanOptions>();
  auto* command = app.add_subcommand(
      "plan",
      "Tell what would become of the instances that are alive in a data folder if this project took over");
  command->add_option("FOLDER", options->folder, "The project: a folder with endcap.toml")
      ->capture_default_str();
  command->add_option("--data", options->data, "The data folder of a daemon that is stopped")->required();
  command->add_option("--partitions", options->partitions, "Partitions the data was created with")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  options->outputs.add_to(*command, {Format::Human, Format::Json},
                          "human: a line a wait point; json: for programs");
  command->footer(
      "Example:\n"
      "  endcap plan workflows --data /var/lib/endcap\n"
      "\n"
      "It looks at a copy of the data and changes nothing. Exit code 0: every instance would have a place to "
      "go; 1: "
      "one\n"
      "would strand, and `endcap serve` would refuse to start. `endcap breaking` tells the same of all that "
      "could "
      "stand\n"
      "somewhere, without data.");
  command->callback([options, &exit_code] { exit_code = run_plan(*options); });
}

}  // namespace endcap::command
