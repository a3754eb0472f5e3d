// A comparison of two metadata files, as people and programs read it.
#pragma once

#include <string>
#include <vector>

#include "compiler/diag/report.h"
#include "tools/endcap/project_impact.h"

namespace endcap::command {

struct SchemaReport {
  std::string old_path, new_path;
  const SchemaPair& pair;
  std::vector<schema::Change> changes;
  std::optional<ProjectImpact> project;
  // Something breaks: of the project's, where there is one; at all, where there is none.
  bool breaks() const;
};

// With a project only what touches it is told one by one; the rest is counted.
std::string human_text(const SchemaReport& report, bool colour);
std::string json_text(const SchemaReport& report);

// Each change where it stands in the new file, or in the old one; with a project, at what it touches there,
// and what the compiler says. Paths of the project start in `folder`.
std::vector<ReportFinding> report_findings(const SchemaReport& report, const std::string& folder);
std::string summary_text(const SchemaReport& report);

}  // namespace endcap::command
