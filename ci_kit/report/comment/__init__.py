"""The comment on a pull request: one for each job, which later runs of the job update."""
