// From a project to what an engine needs: see host.h.
#include "tools/endcap/host.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "compiler/ir/interpreter.h"
#include "compiler/ir/upgrade.h"
#include "tools/endcap/commands.h"

namespace endcap::command {
namespace {

std::unexpected<Refused> refuse(ExitCode code, std::string message) {
  return std::unexpected(Refused{code, std::move(message)});
}

// The systems of the project as the connector wants them, with passwords from the environment.
std::expected<void, Refused> add_systems(const Project& project,
                                         const std::map<std::string, std::string>& urls, Host& host) {
  for (const SystemConfig& config : project.systems) {
    ODataSystem system;
    system.name = config.name;
    const auto url = urls.find(config.name);
    system.url = url == urls.end() ? config.url : url->second;
    if (system.url.empty()) {
      return refuse(kUsage, fmt::format("The system {0} has no URL. Write one in endcap.toml under "
                                        "[systems.{0}], or give --system {0}=URL.",
                                        config.name));
    }
    system.user = config.user;
    system.timeout = config.timeout;
    if (!config.user.empty() && !config.password_env.empty()) {
      const char* password = std::getenv(config.password_env.c_str());
      if (password == nullptr || *password == '\0') {
        return refuse(kUsage, fmt::format("The password of the user {} at the system {} is expected in the "
                                          "environment variable {}, which is not set. Set it, or "
                                          "name another one in endcap.toml (password_env).",
                                          config.user, config.name, config.password_env));
      }
      system.password = password;
    }
    for (const abi::System& known : host.program->systems) {
      if (known.name == config.name) system.protocol = known.protocol;
    }
    host.engine.attempts[config.name] = config.attempts;
    host.engine.timeouts[config.name] = config.timeout;
    host.engine.settles[config.name] = config.settle;
    host.systems.push_back(std::move(system));
  }
  return {};
}

std::expected<std::map<std::string, std::string>, Refused> parse_urls(
    const Project& project, const std::vector<std::string>& arguments) {
  std::map<std::string, std::string> urls;
  std::vector<std::string> names;
  for (const SystemConfig& config : project.systems) names.push_back(config.name);
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == argument.size()) {
      return refuse(kUsage,
                    fmt::format("--system {} is not NAME=URL, as in --system erp=http://127.0.0.1:8600/erp.",
                                argument));
    }
    const std::string name = argument.substr(0, equals);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return refuse(kUsage,
                    fmt::format("The project has no system {}; it has {}.", name, fmt::join(names, ", ")));
    }
    urls[name] = argument.substr(equals + 1);
  }
  return urls;
}

// For its findings; without any, for what went wrong instead.
std::unexpected<Refused> refuse_project(const CheckedProject& project, const HostOptions& options,
                                        const std::string& otherwise) {
  if (project.ok()) return refuse(kInternal, otherwise);
  const auto findings = project.diagnostics.sorted(project.sources);
  print(render(findings, project.sources, {Format::Human, wants_colour(STDOUT_FILENO)}));
  return refuse(kFindings,
                fmt::format("{} has errors: {}. Nothing was started.", options.folder, summary(findings)));
}

std::expected<void, Refused> compile(CheckedProject& project, const HostOptions& options, Host& host) {
  if (options.interpreter) {
    auto lowered = lower_project(project);
    if (!lowered) return refuse_project(project, options, lowered.error());
    host.program = ir::interpret(std::move(*lowered));
    host.compiled = "interpreted";
    return {};
  }
  codegen::Statistics statistics;
  auto program = compile_project(project, options.object_cache, &statistics);
  if (!program) return refuse_project(project, options, program.error());
  host.program = *program;
  host.compiled = fmt::format("{} module{}: {} compiled, {} from the cache, {:.0f} ms", statistics.modules,
                              statistics.modules == 1 ? "" : "s", statistics.compiled, statistics.from_cache,
                              statistics.milliseconds);
  return {};
}

}  // namespace

std::expected<Host, Refused> make_host(const HostOptions& options) {
  std::error_code error;
  if (!std::filesystem::is_directory(options.folder, error)) {
    return refuse(
        kInternal,
        fmt::format("There is no folder {}: name the one with the project's endcap.toml.", options.folder));
  }
  CheckedProject project = check_project(options.folder);
  if (!project.ok()) return refuse_project(project, options, "");
  if (!project.diagnostics.all().empty())  // warnings: an unpinned schema is worth a line in the log
    tell(render(project.diagnostics.sorted(project.sources), project.sources, {Format::Short, false}));
  Host host;
  host.engine.upgrade = [](const abi::Program& before, const abi::Program& after) {
    return std::expected<abi::Upgrade, std::string>(ir::plan_upgrade(before, after));
  };
  auto urls = parse_urls(project.project, options.systems);
  if (!urls) return std::unexpected(urls.error());
  if (auto compiled = compile(project, options, host); !compiled) return std::unexpected(compiled.error());
  if (auto added = add_systems(project.project, *urls, host); !added) return std::unexpected(added.error());
  for (const RoleConfig& role : project.project.roles) host.engine.people[role.name] = role.people;
  return host;
}

std::expected<Instant, Refused> parse_instant(const std::string& text) {
  auto instant = instant_from_text(text);
  if (!instant)
    return refuse(kUsage, fmt::format("\"{}\" is not an instant such as 2026-11-23T09:00:00Z: {}.", text,
                                      instant.error().detail));
  return *instant;
}

ExitCode exit_code_of(JournalError::Kind kind) {
  return kind == JournalError::Kind::InUse || kind == JournalError::Kind::WrongFormat ? kConflict : kInternal;
}

}  // namespace endcap::command
