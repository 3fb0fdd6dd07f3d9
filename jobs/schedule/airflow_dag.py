"""Airflow 2.4 or newer: a retraining each night, as a task that succeeds, is skipped or fails.

Exit code 0, the challenger is the champion now: success, and what stands behind it runs (here a notice).
Exit code 10, the champion is kept: the task is skipped, and with it what stands behind it.
Any other: failure. A retry goes on from the last checkpoint, or carries out a decision that was not carried out.
"""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG(
    dag_id="lockstep_retrain_churn",
    schedule="15 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    # the registry refuses a second retraining; Airflow need not try
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=15)},
) as dag:
    retrain = BashOperator(
        task_id="retrain",
        # {{ ds }} is the day whose files are complete: {date} in the config's paths
        bash_command="/opt/lockstep/jobs/retrain.sh /etc/lockstep/churn.yaml --date {{ ds }}",
        env={"LOCKSTEP_MASTER": "spark://spark.example.org:7077"},
        append_env=True,
        skip_on_exit_code=10,
        execution_timeout=timedelta(hours=20),
    )

    announce = BashOperator(
        task_id="announce",
        bash_command="/opt/lockstep/scripts/lockstep registry show /etc/lockstep/churn.yaml",
    )

    retrain >> announce
