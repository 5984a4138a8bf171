"""Numbers that can be defended: sets, indicators, frozen reports, dashboards, appraisal."""
