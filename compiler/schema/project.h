// A project: a folder with endcap.toml, its sources, the schemas of its systems and endcap.lock, which pins
// each schema's hash.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/schema/model.h"
#include "runtime/value/calendar.h"

namespace endcap {

struct SystemConfig {
  std::string name;
  std::string schema_path;  // as written
  std::string connector;    // "odata"
  std::string url, user, password_env;
  Duration timeout = 30 * kSecond;
  Duration settle = 10 * kSecond;  // after an attempt was given up, its request may still arrive for so long
  uint32_t attempts = 5;
  std::optional<std::vector<std::pair<std::string, Span>>> sends;  // types of its events, when it is said
  Span span;
  std::optional<schema::Schema> schema;  // absent when it could not be read: a diagnostic says why
};

struct AdvisorConfig {
  std::string name;
  std::string url, token_env;
  bool enabled = true;  // false: its alternatives are used
  Span span;
};

struct RoleConfig {
  std::string name;
  std::vector<std::string> people;
  Span span;
  std::map<std::string, std::vector<std::string>> scopes =
      {};  // of a person: what they answer for, "*" for all
  Span scopes_span = {};
};

// One partner that calls interfaces: `[partners.Marketplace.acme]`.
struct PartnerConfig {
  std::string partner;                               // "Marketplace": as it is declared
  std::string name;                                  // "acme"
  std::string token_env;                             // the environment variable with its token
  std::vector<std::pair<std::string, Span>> scopes;  // what it answers for, "*" for all
  Span span, partner_span;
};

// Somebody is away: whole days, as instants. `until` is no part of it.
struct AbsenceConfig {
  std::string person;
  Instant from = 0, until = 0;
  std::string cover;  // who decides in their place
};

struct Project {
  std::filesystem::path folder;
  std::string name;
  std::vector<SourceId> sources;  // .endcap files, sorted by path
  std::vector<SourceId> library;  // those of them that other projects use too: nobody here need use all of it
  std::vector<SourceId> data;     // sheets that tables take their rows from, sorted by path
  std::vector<SystemConfig> systems;
  std::vector<AdvisorConfig> advisors;
  std::vector<RoleConfig> roles;
  std::vector<AbsenceConfig> absences;
  std::vector<PartnerConfig> partners;
  std::vector<Calendar> calendars;
  std::optional<Duration> keep_history;  // of what has ended; absent: for ever
};

// Texts that stand for those on disk, by path as shown ("flow.endcap", "endcap.toml"): changes that are not
// written yet.
using Overlay = std::map<std::string, std::string>;

// Reads endcap.toml, every source and schema, and compares schemas with endcap.lock (a difference is a
// diagnostic that names what to do). Never throws; an unreadable project gives diagnostics and what could be
// read.
Project load_project(const std::filesystem::path& folder, SourceMap& sources, Diagnostics& diagnostics,
                     const Overlay& overlay = {});

// Writes endcap.lock for the schemas as they are now. False with `error` set when it can't be written.
bool write_lock(const Project& project, std::string& error);

// One schema file. XML that is not well formed, or is not metadata, is a diagnostic.
std::optional<schema::Schema> import_schema(const std::filesystem::path& path, std::string shown_path,
                                            SourceMap& sources, Diagnostics& diagnostics);

}  // namespace endcap
