// One file an entry, as JSON; the file's name is the key.
#include "tools/common/check_cache.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "compiler/schema/file.h"
#include "compiler/sema/standard_modules.h"

namespace endcap {

namespace fs = std::filesystem;

namespace {

constexpr size_t kEntriesMax = 64;  // the oldest go first

// The time zones are not part of the project, and not of the build either.
std::string zones_identity() {
  std::error_code error;
  const fs::path database = "/usr/share/zoneinfo/tzdata.zi";
  const auto size = fs::file_size(database, error);
  const auto time = fs::last_write_time(database, error);
  return error ? "" : std::to_string(size) + "@" + std::to_string(time.time_since_epoch().count());
}

class Writer {
 public:
  explicit Writer(const SourceMap& sources) : sources_(sources) {}

  nlohmann::json write(const CheckResult& result) {
    nlohmann::json files = nlohmann::json::array(), findings = nlohmann::json::array();
    for (size_t i = 0; i < sources_.size(); ++i) files.push_back(sources_.file(SourceId(i)).path);
    for (const Diagnostic& each : result.findings) findings.push_back(finding(each));
    return {{"name", result.name},
            {"modules", result.modules},
            {"systems", result.systems},
            {"files", std::move(files)},
            {"findings", std::move(findings)}};
  }

 private:
  nlohmann::json place(Span span) {
    if (!span.valid()) return nullptr;
    return {static_cast<uint32_t>(span.source), span.begin, span.end};
  }

  nlohmann::json finding(const Diagnostic& each) {
    nlohmann::json labels = nlohmann::json::array();
    for (const Label& label : each.labels)
      labels.push_back({{"at", place(label.span)}, {"text", label.text}});
    nlohmann::json json{{"code", info(each.kind).code},
                        {"at", place(each.span)},
                        {"arguments", each.arguments},
                        {"labels", std::move(labels)},
                        {"notes", each.notes}};
    if (each.fix)
      json["fix"] = {{"at", place(each.fix->span)},
                     {"replacement", each.fix->replacement},
                     {"title", each.fix->title},
                     {"safe", each.fix->safe}};
    return json;
  }

  const SourceMap& sources_;
};

// Throws what nlohmann throws, or nothing, when the entry is not one that Writer wrote.
class Reader {
 public:
  explicit Reader(const ProjectContent& content) : content_(content) {}

  std::optional<CheckResult> read(const nlohmann::json& json) {
    result_.name = json.at("name");
    result_.modules = json.at("modules");
    result_.systems = json.at("systems");
    for (const nlohmann::json& path : json.at("files")) {
      const auto name = path.get<std::string>();
      if (const auto file = content_.files.find(name); file != content_.files.end()) {
        result_.sources.add(name, file->second);
      } else if (const auto text = standard_module_text(name)) {
        result_.sources.add(name, std::string(*text));
      } else {
        return std::nullopt;
      }
    }
    for (const nlohmann::json& each : json.at("findings")) result_.findings.push_back(finding(each));
    if (!whole_) return std::nullopt;
    return std::move(result_);
  }

 private:
  Span place(const nlohmann::json& json) {
    if (json.is_null()) return {};
    const Span span{SourceId(json.at(0).get<uint32_t>()), json.at(1), json.at(2)};
    const bool known = static_cast<size_t>(span.source) < result_.sources.size();
    whole_ = whole_ && known && span.begin <= span.end &&
             span.end <= result_.sources.file(span.source).text.size();
    return whole_ ? span : Span();
  }

  Diagnostic finding(const nlohmann::json& json) {
    const DiagnosticInfo* known = find_diagnostic(json.at("code").get<std::string>());
    whole_ = whole_ && known;
    Diagnostic each{.kind = known ? known->kind : DiagnosticKind{}, .span = place(json.at("at"))};
    each.arguments = json.at("arguments");
    each.notes = json.at("notes");
    for (const nlohmann::json& label : json.at("labels")) each.label(place(label.at("at")), label.at("text"));
    if (const auto fix = json.find("fix"); fix != json.end())
      each.suggest({place(fix->at("at")), fix->at("replacement"), fix->at("title"), fix->at("safe")});
    return each;
  }

  const ProjectContent& content_;
  CheckResult result_;
  bool whole_ = true;
};

std::optional<std::string> key_of(const std::optional<ProjectContent>& content) {
  const std::string build = build_identity();
  if (build.empty() || !content) return std::nullopt;
  return sha256_hex(build + '\n' + zones_identity() + '\n' + content->hash);
}

void drop_oldest(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> entries;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    entries.emplace_back(entry->last_write_time(error), entry->path());
  if (entries.size() <= kEntriesMax) return;
  std::ranges::sort(entries);
  for (size_t i = 0; i + kEntriesMax < entries.size(); ++i) fs::remove(entries[i].second, error);
}

}  // namespace

CheckCache::CheckCache(const std::optional<fs::path>& folder, const fs::path& project) : project_(project) {
  if (!folder) return;
  folder_ = *folder / "checks";
  content_ = content_of_project(project_);
  key_ = key_of(content_);
}

std::optional<CheckResult> CheckCache::find() const {
  if (!key_) return std::nullopt;
  const auto text = read_file(folder_ / *key_);
  if (!text) return std::nullopt;
  try {
    return Reader(*content_).read(nlohmann::json::parse(*text));
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

void CheckCache::keep(const CheckResult& result) const {
  if (!key_ || key_of(content_of_project(project_)) != key_) return;
  const std::string text =
      Writer(result.sources).write(result).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::error_code error;
  fs::create_directories(folder_, error);
  if (write_file(folder_ / *key_, text)) drop_oldest(folder_);
}

}  // namespace endcap
