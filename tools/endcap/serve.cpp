// endcap serve: the daemon.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "runtime/abi/frame.h"
#include "runtime/journal/data_folder.h"
#include "runtime/journal/local_log.h"
#include "runtime/serve/api.h"
#include "runtime/serve/backups.h"
#include "tools/endcap/commands.h"
#include "tools/endcap/host.h"

namespace endcap::command {
namespace {

constexpr uint64_t kPartnerBodyBytesMax = 64u << 10;
constexpr uint64_t kBallastBytes = 32u << 20;   // a segment of the log, and as much for the store to flush
constexpr uint64_t kFreeBytesMin = 16u << 20;  // what a flush and a compaction of small files may take

struct ServeOptions {
  HostOptions host;
  std::string data, listen = "127.0.0.1:8700", clock = "real", port_file;
  std::string partners;  // where interfaces are served; empty: nowhere
  uint16_t partitions = 4;
};

struct ClockChoice {
  double factor = 0;  // 0: real
  std::optional<Instant> start;
};

std::expected<ClockChoice, Refused> parse_clock(const std::string& text) {
  constexpr std::string_view kAccelerated = "accelerated=";
  ClockChoice choice;
  if (text == "real") return choice;
  if (!text.starts_with(kAccelerated))
    return refuse(kUsage, fmt::format("--clock {} is neither real nor accelerated=FACTOR[@START].", text));
  const std::string rest = text.substr(kAccelerated.size());
  const size_t at = rest.find('@');
  const std::string factor = rest.substr(0, at);
  const auto [end, error] = std::from_chars(factor.data(), factor.data() + factor.size(), choice.factor);
  if (error != std::errc() || end != factor.data() + factor.size() || !(choice.factor > 0) ||
      choice.factor > 1e9) {
    return refuse(
        kUsage, fmt::format("--clock accelerated={}: the factor is a number above 0 and at most 1000000000.",
                            factor));
  }
  if (at == std::string::npos) return choice;
  auto start = parse_instant(rest.substr(at + 1));
  if (!start) return std::unexpected(start.error());
  choice.start = *start;
  return choice;
}

std::expected<HttpOptions, Refused> parse_listen(const std::string& option, const std::string& text) {
  HttpOptions options;
  const size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), options.port);
  if (port.empty() || error != std::errc() || end != port.data() + port.size()) {
    return refuse(kUsage, fmt::format("{} {} is not HOST:PORT, as in 127.0.0.1:8700.", option, text));
  }
  options.host = text.substr(0, colon);
  if (options.host.starts_with('[') && options.host.ends_with(']'))
    options.host = options.host.substr(1, options.host.size() - 2);
  return options;
}

// A clock never starts before what the journal knows; the start on the command line is for new data.
std::unique_ptr<Clock> make_clock(const ClockChoice& choice, Instant last) {
  if (choice.factor == 0) return make_real_clock(last);
  const Instant fresh = choice.start.value_or(machine_time().wall());
  return make_accelerated_clock(choice.factor, last != 0 ? last : fresh);
}

// Data that an accelerated clock took ahead of the machine's stands still until the machine gets there.
void warn_of_time_ahead(const ClockChoice& choice, Instant last) {
  const Instant wall = machine_time().wall();
  if (choice.factor != 0 || last <= wall + kMinute) return;
  tell(
      fmt::format("warning: this data stands at {}, which lies ahead of the machine's clock: nothing becomes "
                  "due until then. Was it "
                  "made with an accelerated clock? Give --clock as it was, or another data folder",
                  instant_to_text(last)));
}

// Who holds which role, as a hash.
std::string hash_of(const EngineOptions& options) {
  std::string text;
  for (const auto& [role, people] : options.people)
    text += fmt::format("{}={}\n", role, fmt::join(people, ","));
  return abi::hex(abi::sha256(text));
}

// Approvals that were asked before people left, or of other roles: they will be rejected or expire. They are
// looked for when people or the program have changed since the folder was used last: every open one is read.
void warn_of_undecidable(Engine& engine, const EngineOptions& options, const std::filesystem::path& folder) {
  const std::filesystem::path kept = folder / "people.sha256";
  const std::string now = hash_of(options);
  std::string before;
  std::ifstream(kept) >> before;
  if (before == now && engine.counters().upgraded == 0) return;
  constexpr size_t kTold = 10;
  const std::vector<std::string> approvals = engine.undecidable();
  for (size_t i = 0; i < approvals.size() && i < kTold; ++i)
    tell(fmt::format("warning: {}, and nobody of endcap.toml can decide that", approvals[i]));
  if (approvals.size() > kTold)
    tell(fmt::format("warning: nobody can decide {} more approvals", approvals.size() - kTold));
  std::ofstream(kept) << now << '\n';  // lost: they are looked for once more
}

// The parts of a daemon in the order in which they are made; they go the other way.
struct Daemon {
  std::optional<DataFolder> folder;
  std::unique_ptr<Disk> disk;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Store> store;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Clock> clock;
  std::unique_ptr<Shell> shell;
  std::unique_ptr<Api> api;
  std::unique_ptr<PartnerApi> partner_api;
  std::unique_ptr<HttpServer> server, partner_server;
};

std::expected<void, Refused> open_data(Daemon& daemon, const ServeOptions& options) {
  auto folder = DataFolder::open(options.data);
  if (!folder) return refuse(exit_code_of(folder.error().kind), folder.error().message);
  daemon.folder.emplace(std::move(*folder));
  auto disk = open_disk(daemon.folder->journal());
  if (!disk)
    return refuse(kInternal, fmt::format("The journal's folder can't be used: {}.", disk.error().message));
  daemon.disk = std::move(*disk);
  RecoveryReport report;
  LocalLogOptions log;
  log.partitions = options.partitions;
  log.ballast_bytes = kBallastBytes;
  log.free_bytes_min = kFreeBytesMin;
  auto journal = open_local_log(*daemon.disk, log, &report);
  if (!journal) {
    return refuse(exit_code_of(journal.error().kind), fmt::format("{} (journal: {})", journal.error().message,
                                                                  daemon.folder->journal().string()));
  }
  daemon.journal = std::move(*journal);
  if (report.torn_bytes_cut > 0)
    tell(fmt::format("recovery cut a torn tail of {} bytes: nothing says that they had been stored",
                     report.torn_bytes_cut));
  auto store = open_rocksdb_store(daemon.folder->store(), {.partitions = options.partitions});
  if (!store) return refuse(kInternal, store.error().message);
  daemon.store = std::move(*store);
  return {};
}

// On a listener of their own: who calls interfaces gets at nothing else.
std::expected<void, Refused> serve_partners(Daemon& daemon, Host& host, const ServeOptions& options,
                                            HttpOptions listen, const std::shared_ptr<PartnerCalls>& calls) {
  if (options.partners.empty()) {
    if (!host.program->interfaces.empty())
      tell("interfaces are not served: --partners HOST:PORT says where partners may call");
    return {};
  }
  listen.body_bytes_max = kPartnerBodyBytesMax;
  daemon.partner_api =
      std::make_unique<PartnerApi>(*daemon.shell, host.program, std::move(host.partners), calls);
  auto server = HttpServer::listen(
      listen, [api = daemon.partner_api.get()](HttpRequest request, HttpServer::Respond respond) {
        api->handle(std::move(request), std::move(respond));
      });
  if (!server) return refuse(server.error().in_use ? kConflict : kInternal, server.error().message);
  daemon.partner_server = std::move(*server);
  return {};
}

std::expected<void, Refused> start(Daemon& daemon, const ServeOptions& options) {
  auto clock = parse_clock(options.clock);
  if (!clock) return std::unexpected(clock.error());
  auto listen = parse_listen("--listen", options.listen);
  if (!listen) return std::unexpected(listen.error());
  auto partners = parse_listen("--partners", options.partners.empty() ? options.listen : options.partners);
  if (!partners) return std::unexpected(partners.error());
  // The lock comes before the compiler: a folder in use is known at once.
  if (auto opened = open_data(daemon, options); !opened) return opened;
  HostOptions host_options = options.host;
  host_options.object_cache = std::filesystem::path(options.data) / "objects";
  host_options.partners = !options.partners.empty();
  auto host = make_host(host_options);
  if (!host) return std::unexpected(host.error());
  host->engine.partitions = options.partitions;
  host->engine.before_rows = [&daemon]() -> std::expected<void, std::string> {
    if (auto taken = daemon.folder->take_over(); !taken) return std::unexpected(taken.error().message);
    return {};
  };
  auto engine = open_engine(host->program, *daemon.store, *daemon.journal, host->engine);
  if (!engine) return refuse(engine.error().conflict ? kConflict : kInternal, engine.error().message);
  warn_of_time_ahead(*clock, (*engine)->last_time());
  daemon.engine = std::move(*engine);
  warn_of_undecidable(*daemon.engine, host->engine, options.data);
  const Counters counters = daemon.engine->counters();
  daemon.clock = make_clock(*clock, daemon.engine->last_time());
  ShellOptions shell_options;
  shell_options.log = [](const std::string& line) { tell(line); };
  daemon.shell = std::make_unique<Shell>(*daemon.engine, *daemon.journal, *daemon.clock,
                                         make_connector(*host), shell_options);
  const auto calls = std::make_shared<PartnerCalls>();
  ApiInfo info{abi::hex(host->program->hash), "0.1.0", calls};
  info.backups = std::make_shared<Backups>(
      *daemon.store, *daemon.journal, options.partitions,
      Backups::Times{machine_time().wall, [shell = daemon.shell.get()] { return shell->now(); }});
  daemon.api = std::make_unique<Api>(*daemon.shell, std::move(info));
  auto server =
      HttpServer::listen(*listen, [api = daemon.api.get()](HttpRequest request, HttpServer::Respond respond) {
        api->handle(std::move(request), std::move(respond));
      });
  if (!server) return refuse(server.error().in_use ? kConflict : kInternal, server.error().message);
  daemon.server = std::move(*server);
  if (auto served = serve_partners(daemon, *host, options, *partners, calls); !served) return served;
  daemon.shell->start();
  tell(fmt::format("{}; {} records recovered, {} rows of history read", host->compiled,
                   counters.recovered_records, counters.history_rows_read));
  return {};
}

// Empty when it could not be written. Written beside it and renamed: who waits for the file reads a whole
// number.
bool write_port_file(const std::string& path, uint16_t port) {
  const std::string fresh = path + ".new";
  std::FILE* file = std::fopen(fresh.c_str(), "w");
  if (file == nullptr) return false;
  const bool written = std::fprintf(file, "%d\n", port) > 0;
  return std::fclose(file) == 0 && written && std::rename(fresh.c_str(), path.c_str()) == 0;
}

int run_serve(const ServeOptions& options) {
  // Taken by this thread alone; the others inherit the mask.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  Daemon daemon;
  if (auto started = start(daemon, options); !started) {
    tell(started.error().message);
    return started.error().exit_code;
  }
  const uint16_t port = daemon.server->port();
  if (!options.port_file.empty() && !write_port_file(options.port_file, port)) {
    tell(fmt::format("The port could not be written to {}. Check the path of --port-file.",
                     options.port_file));
    return kInternal;
  }
  print(fmt::format("http://{}:{}\n", options.listen.substr(0, options.listen.rfind(':')), port));
  if (daemon.partner_server)
    print(fmt::format("partners http://{}:{}\n", options.partners.substr(0, options.partners.rfind(':')),
                      daemon.partner_server->port()));
  tell(fmt::format("serving {} with the {} clock; stop with SIGTERM", options.host.folder,
                   daemon.clock->name()));

  const timespec patience{0, 200'000'000};
  std::optional<std::string> failure;
  while (!failure && sigtimedwait(&signals, nullptr, &patience) < 0) failure = daemon.shell->failure();
  if (!failure) tell("stopping: waiting for calls in flight");
  daemon.shell->stop();
  if (!failure) failure = daemon.engine->failure();
  if (!failure) return kClean;
  tell(*failure);
  return kInternal;
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ServeOptions>();
  auto* command = app.add_subcommand("serve", "Run a project's workflows durably, with an HTTP API");
  command->add_option("FOLDER", options->host.folder, "The project: a folder with endcap.toml")
      ->capture_default_str();
  command
      ->add_option("--data", options->data,
                   "Folder for the journal and the state; made when absent, one daemon each")
      ->required();
  command->add_option("--listen", options->listen, "Address and port; port 0 picks a free one and prints it")
      ->capture_default_str();
  command->add_option(
      "--partners", options->partners,
      "Address and port where partners may call the project's interfaces; not given: nowhere");
  command->add_option("--port-file", options->port_file,
                      "File to write the port to, once requests are answered");
  command->add_option("--clock", options->clock, "real, or accelerated=FACTOR[@START] to try things out")
      ->capture_default_str();
  command
      ->add_option("--system", options->host.systems,
                   "NAME=URL: where a system is, over what endcap.toml says")
      ->take_all();
  command
      ->add_option("--advisor", options->host.advisors,
                   "NAME=URL: where an advisor answers, over what endcap.toml says")
      ->take_all();
  command->add_option("--keep-history", options->host.keep_history,
                      "How long what has ended is kept, over what endcap.toml says: \"400 days\" or forever");
  command->add_option("--partitions", options->partitions, "Partitions of new data; fixed from then on")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  command->add_flag("--interpreter", options->host.interpreter,
                    "Interpret the workflows instead of compiling them");
  command->footer(
      "Example:\n"
      "  endcap serve workflows --data /var/lib/endcap\n"
      "  endcap serve workflows --data try --listen 127.0.0.1:0 --clock "
      "accelerated=40000@2026-11-22T22:00:00Z\n"
      "\n"
      "The API is described in docs/reference/api.md. SIGTERM stops it gracefully; kill -9 loses nothing "
      "either.\n"
      "It has no authentication yet: keep it on loopback or behind a proxy that has. What --partners serves\n"
      "asks for tokens, and is the project's interfaces only.");
  command->callback([options, &exit_code] { exit_code = run_serve(*options); });
}

}  // namespace endcap::command
